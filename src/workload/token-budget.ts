import { BenchError } from '../base/errors.ts'
import type { Tokens } from '../base/units.ts'
import type { PromptRequest } from './workload.ts'

/** The longest prompt or answer. It is longer than any model's context; as a text it has 51 MB. */
export const LONGEST_TOKENS: Tokens = 10_000_000

/**
 * All prompts of a case may have so many tokens together, and so may all its answers. Measured: a word takes 21 bytes while its
 * prompt is drawn, an event 9 when it is stamped and twice 8 when its gap is sorted. So either side takes 2.1 to 2.5 GB at most,
 * of the 4 GB that Node has.
 */
export const MOST_TOKENS: Tokens = 100_000_000

/** Counts the tokens of requests one by one, before they take memory. It throws BenchError `bad-load` at one too many. */
export function tokenBudget(of: string): (request: Pick<PromptRequest, 'promptTokens' | 'outputTokens'>) => void {
  const spent = { promptTokens: 0, outputTokens: 0 }
  return (request) => {
    for (const side of ['promptTokens', 'outputTokens'] as const) {
      spent[side] += request[side]
      if (spent[side] <= MOST_TOKENS) continue
      throw new BenchError(`${of} has more than ${MOST_TOKENS / 1e6} million ${side}: they do not fit into memory.`, {
        code: 'bad-load',
        remedy: 'Lower numPrompts, trials or the lengths, or make several cases of it.',
      })
    }
  }
}
