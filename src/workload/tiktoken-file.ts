import type { TiktokenBPE } from 'js-tiktoken/lite'
import { BenchError } from '../base/errors.ts'

/**
 * The ranks in a tiktoken-format file, with the pattern and the special tokens of Llama 3. `file` is for messages.
 *
 * Throws BenchError `bad-tokenizer` with the line that is not a base64 token, a blank and a rank.
 */
export function parseTiktokenFile(text: string, file: string): TiktokenBPE {
  const lines = text.trimEnd().split('\n')
  const bpeRanks = lines.map((line, i) => {
    const [, token, rank] = LINE.exec(line) ?? notTiktoken(file, i + 1)
    return `! ${rank} ${token}`
  })
  return {
    pat_str: LLAMA_3_PATTERN,
    special_tokens: Object.fromEntries(LLAMA_3_SPECIAL_TOKENS.map((token, i) => [token, lines.length + i])),
    bpe_ranks: bpeRanks.join('\n'),
  }
}

const LINE = /^([A-Za-z0-9+/]+={0,2}) (\d+)\r?$/

/**
 * Llama 3's, from `llama/tokenizer.py` of meta-llama/llama3; its leading `(?i:...)` is spelt out, because Node 22 does
 * not know modifiers.
 */
const LLAMA_3_PATTERN =
  "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])" +
  '|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'

/** In the order of their ranks, which follow those in the file: 128000, 128001, ... */
const LLAMA_3_SPECIAL_TOKENS = [
  '<|begin_of_text|>',
  '<|end_of_text|>',
  ...reserved(0, 3),
  '<|start_header_id|>',
  '<|end_header_id|>',
  ...reserved(4, 4),
  '<|eot_id|>',
  ...reserved(5, 250),
]

function reserved(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `<|reserved_special_token_${first + i}|>`)
}

function notTiktoken(file: string, line: number): never {
  throw new BenchError(`${file}, line ${line}: not a base64 token, a blank and a rank.`, {
    code: 'bad-tokenizer',
    remedy:
      "Use a tiktoken-format file such as Llama 3's tokenizer.model; SentencePiece and tokenizer.json are not read.",
  })
}
