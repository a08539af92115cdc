import { checkFields } from '../base/options.ts'
import { slope } from '../stats/slope.ts'
import type { Ms } from '../base/units.ts'
import { FEWEST_VALUES, settled, SIGNIFICANT, trendOf } from './queue-trend.ts'

export interface QueueVerdict {
  readonly verdict: 'stable' | 'unstable' | 'too-short'
  /** One-sided: how often waits without a trend would rise as much. Null when there are too few to test. */
  readonly p: number | null
  /** By how many ms each request waited longer than the one before, after the first third; null like `p`. */
  readonly growth: number | null
}

const OWNER = {
  of: 'detectUnstableQueue()',
  code: 'bad-options',
  example: 'detectUnstableQueue({ ttft: [120, 95, 380] })',
} as const

/** So few requests end before the batch of a usual server is full. */
const TOO_SHORT = 100

/**
 * Whether the waits of one run kept growing, so that its percentiles are properties of its length and certify no SLO.
 *
 *     drop the first third; Mann-Kendall's upward trend over 10 block means of TTFT; unstable when one-sided p < 0.01
 *
 * `ttft` in arrival order; requests that failed (NaN, Infinity) are left out. Runs of 100 requests or fewer are
 * `too-short`: neither acquitted nor accused. Of simulated runs of 1000 requests 1 to 2 % are accused at 30 to 80 % of the
 * capacity, 5 % at 90 %, 89 % at 110 % and all at 125 %.
 *
 * `growth` is in ms a request; where arrival and end times are known, `saturation` of src/doubts says which share of the
 * arrivals piles up.
 */
export function detectUnstableQueue(waits: { readonly ttft: readonly Ms[] }): QueueVerdict {
  checkFields(waits, ['ttft'], OWNER)
  const answered = waits.ttft.filter(Number.isFinite)
  const later = settled(answered)
  if (later.length < 2 * FEWEST_VALUES) return { verdict: 'too-short', p: null, growth: null }
  const { p } = trendOf(later)
  const growth = slope(later)
  if (answered.length <= TOO_SHORT) return { verdict: 'too-short', p, growth }
  return { verdict: p < SIGNIFICANT ? 'unstable' : 'stable', p, growth }
}
