import type { Ms } from '../base/units.ts'
import type { Workload } from './workload.ts'

/** The fill takes longer than the median answer is known to take, because that was measured on a server that was emptier. */
const ANSWERS_LONG = 1.5

/**
 * How many requests fill a server's batch before those that are measured: as many as are due within 1.5 median answers.
 *
 *     ceil(1.5 x median answer / mean gap of the schedule), at least 1, at most as many as are measured
 *
 * 0 where all are due at once, because then the filling is the test itself. `medianAnswer` is null where no answer is known.
 */
export function fillCount({ offsets }: Pick<Workload, 'offsets'>, medianAnswer: Ms | null): number {
  const gap = meanGapOf(offsets)
  if (gap === 0) return 0
  return Math.max(1, Math.min(offsets.length, Math.ceil((ANSWERS_LONG * (medianAnswer ?? 0)) / gap)))
}

/**
 * The measured requests with others in front of them that fill the batch. The first measured one follows the last of the
 * fill after a mean gap of its own schedule; what is measured, and so the digest, stays the same.
 */
export function withFill(measured: Workload, fill: Workload): Workload {
  const lasts = (fill.offsets.at(-1) ?? 0) + meanGapOf(measured.offsets)
  return {
    ...measured,
    requests: [...fill.requests, ...measured.requests],
    offsets: [...fill.offsets, ...measured.offsets.map((offset) => offset + lasts)],
    fill: fill.requests.length,
  }
}

/** 0 for a single request, as for many at once. */
function meanGapOf(offsets: readonly Ms[]): Ms {
  return offsets.length < 2 ? 0 : (offsets.at(-1) ?? 0) / (offsets.length - 1)
}
