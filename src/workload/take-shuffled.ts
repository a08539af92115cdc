import { pythonSeed } from '../mersenne-twister.ts'
import { pythonChoices, pythonShuffle } from './python-sample.ts'
import type { PromptRequest } from './workload.ts'

/**
 * `count` requests the way `vllm bench serve` draws them today: the rows shuffled by the seed, the first usable ones
 * taken, and, when there are too few, filled up by drawing from those with repeats. The streams are Python's own, so
 * the same file, seed and tokenizer give vLLM's requests in vLLM's order.
 *
 * `toRequest` gives undefined for a row that cannot be used. Empty when none can. A repeat is the same prompt again,
 * which a server with a prefix cache answers faster.
 */
export function takeShuffled<Row>(
  rows: readonly Row[],
  { count, seed }: { readonly count: number; readonly seed: number },
  toRequest: (row: Row) => PromptRequest | undefined,
): PromptRequest[] {
  const requests: PromptRequest[] = []
  for (const row of pythonShuffle(pythonSeed(seed), rows)) {
    if (requests.length === count) break
    const request = toRequest(row)
    if (request !== undefined) requests.push(request)
  }
  if (requests.length === 0) return []
  return [...requests, ...pythonChoices(pythonSeed(seed), requests, count - requests.length)]
}
