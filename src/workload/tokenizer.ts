import { readFile } from 'node:fs/promises'
import type { TiktokenBPE } from 'js-tiktoken/lite'
import { BenchError } from '../base/errors.ts'
import type { Tokens } from '../base/units.ts'
import { parseTiktokenFile } from './tiktoken-file.ts'

export interface Tokenizer {
  /** As it was asked for: an encoding's name or a file. */
  readonly name: string
  /** Tokens of a text, without a token for its beginning. A special token written out counts as one. */
  count(text: string): Tokens
}

/**
 * The tokenizer that is called `name`, or that lies in the file `name`: tiktoken-format ranks (a token in base64, a
 * blank and its rank on each line), such as Llama 3's `tokenizer.model`, read with Llama 3's pattern.
 *
 * Loading costs about half a second, so nobody calls this unless lengths must be counted, and what is loaded stays.
 * Throws BenchError `bad-tokenizer` on an unknown name and on a file that is not of that format.
 */
export async function loadTokenizer(name: string): Promise<Tokenizer> {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const [{ Tiktoken }, ranks] = await Promise.all([import('js-tiktoken/lite'), loadRanks(name)])
  const encoding = new Tiktoken(ranks)
  const tokenizer: Tokenizer = { name, count: (text) => encoding.encode(text, 'all').length }
  loaded.set(name, tokenizer)
  return tokenizer
}

const loaded = new Map<string, Tokenizer>()

const ENCODINGS: Record<string, () => Promise<{ default: TiktokenBPE }>> = {
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
  p50k_base: () => import('js-tiktoken/ranks/p50k_base'),
  p50k_edit: () => import('js-tiktoken/ranks/p50k_edit'),
  r50k_base: () => import('js-tiktoken/ranks/r50k_base'),
  gpt2: () => import('js-tiktoken/ranks/gpt2'),
}

async function loadRanks(name: string): Promise<TiktokenBPE> {
  const encoding = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined
  if (encoding !== undefined) return (await encoding()).default
  const text = await readFile(name, 'utf8').catch((cause: unknown) => {
    throw new BenchError(`There is no tokenizer ${name}: no encoding of that name, and no file that can be read.`, {
      code: 'bad-tokenizer',
      remedy: `Use ${Object.keys(ENCODINGS).join(', ')}, or the path of a tiktoken-format ranks file.`,
      cause,
    })
  })
  return parseTiktokenFile(text, name)
}
