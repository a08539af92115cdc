import { BenchError } from '../base/errors.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../base/units.ts'

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

/** Running sums of gaps: one offset more than there are gaps, the first being 0. */
export function accumulate(gaps: readonly number[]): number[] {
  let offset = 0
  return [0, ...gaps.map((gap) => (offset += gap))]
}

/**
 * Offsets with gaps in the proportions of `gaps`, whose mean is exactly `mean`: n gaps span n * mean, so that the rate of a
 * schedule is the rate that was asked for, whatever the draw. Gaps drawn from a law become those of that law given how many
 * arrivals there are and when the first and the last of them are due.
 */
export function accumulateWithMean(gaps: readonly number[], mean: Ms): Ms[] {
  const offsets = accumulate(gaps)
  // A draw of nothing but zeros has no proportions; it is as rare as a gap of zero.
  const total = Math.max(offsets.at(-1) ?? 0, Number.MIN_VALUE)
  return offsets.map((offset) => (offset / total) * (gaps.length * mean))
}
