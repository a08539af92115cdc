import type { HistogramDelta } from '../report.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { readLabel, type MetricsPage } from '../base/metrics-text.ts'
import type { Histogram } from './reading.ts'

/** The histogram `name` of a page, over all engines; null where it is not there or not whole. */
export function readHistogram(page: MetricsPage, name: string): Histogram | null {
  const counts = page.get(`${name}_count`)
  const sums = page.get(`${name}_sum`)
  if (counts === undefined || sums === undefined) return null
  const buckets = new Map<number, number>()
  for (const { labels, value } of page.get(`${name}_bucket`) ?? []) {
    const bound = Number(readLabel(labels, 'le') ?? Number.NaN)
    if (bound > 0 && bound < Infinity) buckets.set(bound, (buckets.get(bound) ?? 0) + value)
  }
  const ascending = [...buckets].sort(([a], [b]) => a - b)
  const add = (sum: number, { value }: { readonly value: number }): number => sum + value
  return {
    bounds: ascending.map(([bound]) => bound),
    cumulated: ascending.map(([, count]) => count),
    count: counts.reduce(add, 0),
    sum: sums.reduce(add, 0),
  }
}

/**
 * What a histogram gained between two looks at it. Null when nothing was observed, or when it went back: the server was
 * started anew in between.
 */
export function histogramDelta(before: Histogram | undefined, after: Histogram): HistogramDelta {
  const count = after.count - (before?.count ?? 0)
  const sum = after.sum - (before?.sum ?? 0)
  if (count <= 0 || sum < 0 || !Number.isInteger(count)) return null
  const cumulated = after.cumulated.map((value, i) => value - cumulatedAt(before, after.bounds[i]!))
  const quantileMs = (q: number): Ms | null => {
    const seconds = bucketQuantile(after.bounds, cumulated, count, q)
    return seconds === null ? null : seconds * MS_PER_SECOND
  }
  return { count, meanMs: (sum / count) * MS_PER_SECOND, p50Ms: quantileMs(0.5), p99Ms: quantileMs(0.99) }
}

function cumulatedAt(histogram: Histogram | undefined, bound: number): number {
  const index = histogram?.bounds.indexOf(bound) ?? -1
  return histogram?.cumulated[index] ?? 0
}

/**
 * A quantile of which only the bucket is known, as Prometheus' `histogram_quantile` guesses it: the observations of a
 * bucket lie evenly between its bounds, the first one begins at 0. Null above the last bound.
 */
function bucketQuantile(
  bounds: readonly number[],
  cumulated: readonly number[],
  count: number,
  q: number,
): number | null {
  const rank = q * count
  const bucket = cumulated.findIndex((value) => value >= rank)
  const upper = bounds[bucket]
  if (upper === undefined) return null
  const lower = bounds[bucket - 1] ?? 0
  const below = cumulated[bucket - 1] ?? 0
  const inside = cumulated[bucket]! - below
  return inside <= 0 ? upper : lower + (upper - lower) * ((rank - below) / inside)
}
