import { blockMeans } from '../stats/block-means.ts'
import { mannKendall } from '../stats/mann-kendall.ts'

/**
 * The one test for a queue that grows: its values after the first third of the run, as the means of ten blocks, rise more
 * steadily than chance makes them (Mann-Kendall, one-sided p < 0.01).
 *
 * Three things are tested so, because each sees what the others cannot:
 * - `detectUnstableQueue` has nothing but waits. It says whether percentiles are a property of the length of the run, and so
 *   accuses a slow drift of the prompts as well.
 * - `saturation` also knows when requests ended, and asks for arrivals that pile up; it accuses the server, and so spares drifts.
 *   It finds a queue that only stands, too.
 * - `queueGrowing` has the server's own count of what waits, sampled in time.
 */
export const SIGNIFICANT = 0.01
const BLOCKS = 10
/** Fewer values than blocks show no trend. */
export const FEWEST_VALUES = BLOCKS

/** A queue fills up to its level in this share of the run, which is a trend without being an overload. */
export const FILLING_SHARE = 1 / 3

/** So much of the arrivals may pile up in a queue that keeps up. */
export const PILING_UP = 0.05

/** The values of a run after the queue had its time to fill. */
export function settled<T>(values: readonly T[]): T[] {
  return values.slice(Math.floor(values.length * FILLING_SHARE))
}

/** How often values without a trend would rise as steadily, and how far the last tenth of them is above the first. */
export function trendOf(values: readonly number[]): { readonly p: number; readonly rise: number } {
  const means = blockMeans(values, BLOCKS)
  return { p: mannKendall(means).p, rise: (means.at(-1) ?? 0) - (means[0] ?? 0) }
}
