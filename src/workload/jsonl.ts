import { basename } from 'node:path'
import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { checkOptions, schemaOf, text as anyText } from '../base/options.ts'
import type { Tokens } from '../base/units.ts'
import { readDatasetFile } from './dataset-file.ts'
import { checkTokens } from './synthetic.ts'
import { repeatLabel, takeShuffled } from './take-shuffled.ts'
import { loadTokenizer } from './tokenizer.ts'
import type { Dataset, PromptRequest } from './workload.ts'

export interface JsonlOptions {
  readonly path: string
  /** What `loadTokenizer` takes; cl100k_base by default. Loaded only if a row does not tell its lengths. */
  readonly tokenizer?: string
  /** Ask for answers of this length, whatever the rows say. */
  readonly outputTokens?: Tokens
  /**
   * Let rows come again where a load asks for more requests than the file has. Default false: such a load is refused. The nonce
   * keeps repeats out of a prefix cache, not out of the mix of lengths.
   */
  readonly repeat?: boolean
}

/**
 * Prompts from a file with one JSON object on each line, either
 *
 *     {"prompt": "...", "completion": "..."}     or     {"messages": [{"role": "user", "content": "..."}, ...]}
 *
 * The completion is the last message of the assistant, the prompt all that was said before it, joined by blank lines.
 * Both kinds of row may have `promptTokens` and `outputTokens` as numbers, which spares the tokenizer; with a number
 * for the output no completion is needed. Nothing is dropped: whoever writes such a file has chosen its rows. Sampled
 * as take-shuffled.ts says.
 *
 * A path alone is short for `{ path }`. Throws BenchError `bad-dataset` with the file and the line (from 1) at fault, on
 * too few rows without `repeat`, and on an `outputTokens` that is no length; and `bad-tokenizer`.
 */
export function jsonl(given: string | JsonlOptions): Dataset {
  const options = typeof given === 'string' ? { path: given } : given
  checkOptions(options, Options, { of: 'jsonl()', code: 'bad-dataset', example: "jsonl({ path: 'chats.jsonl' })" })
  const { path, tokenizer: tokenizerName = 'cl100k_base', outputTokens, repeat = false } = options
  if (outputTokens !== undefined) checkTokens('outputTokens', outputTokens)
  return {
    label: `jsonl (${basename(path)}${repeatLabel(repeat)})`,
    countedBy: `its rows, else ${basename(tokenizerName)}`,
    async sample(draw) {
      const rows = [...readRows(await readDatasetFile(path), path, outputTokens)]
      if (rows.length === 0) throw bad(`${path} has no rows.`)
      const counted = rows.some((row) => row.promptTokens === undefined || row.outputTokens === undefined)
      const count = counted ? (await loadTokenizer(tokenizerName)).count : () => 0
      return takeShuffled({ file: path, rows, toRequest: (row) => toRequest(row, count), repeat }, draw)
    },
  }
}

const Options = schemaOf<JsonlOptions>({
  path: anyText,
  tokenizer: anyText.optional(),
  outputTokens: z.unknown().optional(),
  repeat: z.boolean().optional(),
})

interface Row {
  readonly prompt: string
  readonly promptTokens: Tokens | undefined
  readonly completion: string
  readonly outputTokens: Tokens | undefined
}

const text = z.string().min(1)
const lengths = { promptTokens: z.int().positive().optional(), outputTokens: z.int().positive().optional() }
const Line = z.union([
  z.object({ prompt: text, completion: text.optional(), ...lengths }),
  z
    .object({ messages: z.array(z.object({ role: z.string(), content: text })), ...lengths })
    .transform(({ messages, ...rest }) => ({ ...splitMessages(messages), ...rest }))
    .refine(({ prompt }) => prompt !== ''),
])

function splitMessages(messages: readonly { role: string; content: string }[]) {
  const answer = messages.findLastIndex(({ role }) => role === 'assistant')
  const asked = answer === -1 ? messages : messages.slice(0, answer)
  return { prompt: asked.map(({ content }) => content).join('\n\n'), completion: messages[answer]?.content }
}

function* readRows(bytes: Buffer, file: string, asked: Tokens | undefined): Generator<Row> {
  let line = 0
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    const source = bytes.toString('utf8', start, end).trim()
    start = end + 1
    line++
    if (source !== '') yield parseRow(source, `${file}, line ${line}`, asked)
  }
}

function parseRow(source: string, where: string, asked: Tokens | undefined): Row {
  const row = Line.safeParse(parseJson(source, where))
  if (!row.success) throw bad(`${where}: no prompt that can be used.`, row.error)
  const { prompt, promptTokens, completion = '', outputTokens = asked } = row.data
  if (completion === '' && outputTokens === undefined) {
    throw bad(`${where}: neither a completion nor outputTokens tells how long an answer to ask for.`)
  }
  return { prompt, promptTokens, completion, outputTokens: asked ?? outputTokens }
}

function toRequest(row: Row, count: (text: string) => Tokens): PromptRequest {
  return {
    prompt: row.prompt,
    promptTokens: row.promptTokens ?? count(row.prompt),
    outputTokens: row.outputTokens ?? count(row.completion),
  }
}

function parseJson(source: string, where: string): unknown {
  try {
    return JSON.parse(source)
  } catch (cause) {
    throw bad(`${where}: not JSON: ${(cause as SyntaxError).message}.`, cause)
  }
}

function bad(what: string, cause?: unknown): BenchError {
  return new BenchError(what, {
    code: 'bad-dataset',
    remedy:
      'Give one object on each line: {"prompt": "...", "completion": "..."} or {"messages": [...]}, each optionally ' +
      'with promptTokens and outputTokens; or give jsonl() an outputTokens for all.',
    cause,
  })
}
