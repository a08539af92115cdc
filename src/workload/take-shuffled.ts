import { BenchError } from '../base/errors.ts'
import { pythonSeed } from '../base/mersenne-twister.ts'
import { pythonChoices, pythonShuffle } from './python-sample.ts'
import type { PromptRequest, SampleOptions } from './workload.ts'

export interface RowSource<Row> {
  readonly file: string
  readonly rows: readonly Row[]
  /** Undefined for a row that cannot be used. */
  readonly toRequest: (row: Row) => PromptRequest | undefined
  /** Whether rows may come again where there are too few. */
  readonly repeat: boolean
}

/**
 * Requests drawn by the rule of `vllm bench serve` today: the rows shuffled by the seed, the first usable ones taken, and, with
 * `repeat`, when there are too few, filled up by drawing from those. The streams are Python's own, so the same file, seed and
 * tokenizer give vLLM's requests in vLLM's order.
 *
 * Empty when no row can be used. Throws BenchError `bad-dataset` when there are too few and `repeat` is not set: a prompt that
 * comes again would be a lighter load than the file looks like.
 */
export function takeShuffled<Row>(
  { file, rows, toRequest, repeat }: RowSource<Row>,
  { count, seed }: SampleOptions,
): PromptRequest[] {
  const requests: PromptRequest[] = []
  for (const row of pythonShuffle(pythonSeed(seed), rows)) {
    if (requests.length === count) break
    const request = toRequest(row)
    if (request !== undefined) requests.push(request)
  }
  const missing = count - requests.length
  if (requests.length === 0 || missing === 0) return requests
  if (!repeat) throw tooFewRows(file, requests.length, count)
  return [...requests, ...pythonChoices(pythonSeed(seed), requests, missing)]
}

function tooFewRows(file: string, usable: number, count: number): BenchError {
  return new BenchError(`${file} has ${usable} usable rows, and the load asks for ${count} requests.`, {
    code: 'bad-dataset',
    remedy: `Lower numPrompts to ${usable} or less, give a larger file, or let rows come again with \`repeat: true\`.`,
  })
}

/** What the label of a dataset says of `repeat`; empty where rows do not repeat. */
export function repeatLabel(repeat: boolean): string {
  return repeat ? ', rows may repeat' : ''
}
