import { BenchError } from '../errors.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../units.ts'

/**
 * The mean time between two requests, in ms; 0 for a rate of `Infinity`, which means all at once.
 *
 * Throws BenchError `bad-load` on a rate that is not positive.
 */
export function meanGap(requestRate: PerSecond): Ms {
  if (!(requestRate > 0)) {
    throw new BenchError(`The request rate is ${requestRate}.`, {
      code: 'bad-load',
      remedy: 'Give requests per second as a positive number, or Infinity for all at once.',
    })
  }
  return MS_PER_SECOND / requestRate
}

/** Running sums of `count - 1` gaps, the first offset being 0. */
export function accumulate(count: number, gap: () => Ms): Ms[] {
  let offset = 0
  return Array.from({ length: count }, (_, i) => (i === 0 ? 0 : (offset += gap())))
}
