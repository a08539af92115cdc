import { BenchError } from '../base/errors.ts'
import type { ResolvedLoad } from './resolve-case.ts'

/**
 * A case may have so many requests in all its trials. At the lengths of the study a request takes 8 kB at the peak, so these take
 * 2 GB, and Node gives a worker 4 GB. Longer texts are bounded by their tokens (`token-budget.ts`).
 */
export const MOST_REQUESTS = 250_000
/** A trial has a report of its own, 10 kB and more, which travels, is written, and stands in a baseline. */
export const MOST_TRIALS = 1000
/** A thread of the client takes 20 MB before it has sent anything, and more threads than cores send no more. */
export const MOST_THREADS = 64

/** Throws BenchError `bad-load` where the trials together have more requests than a worker can hold. */
export function checkSize({ numPrompts, fill, trials }: Pick<ResolvedLoad, 'numPrompts' | 'fill' | 'trials'>): void {
  const filling = fill === 'auto' ? 0 : fill
  const requests = (numPrompts + filling) * trials
  if (requests <= MOST_REQUESTS) return
  const ofFill = filling === 0 ? '' : ` and fill ${filling}`
  throw new BenchError(`${trials} trials with numPrompts ${numPrompts}${ofFill} are ${requests} requests.`, {
    code: 'bad-load',
    remedy: `A case has at most ${MOST_REQUESTS}, of 8 kB each while they are measured: lower numPrompts, trials or baselineTrials, or make several cases of it.`,
  })
}
