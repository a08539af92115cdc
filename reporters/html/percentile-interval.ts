import { rankBounds, type RankBounds } from '../../src/stats/rank-bounds.ts'
import type { Ms } from '../../src/base/units.ts'

/** Between which samples a percentile lies, each side with a confidence of 0.95; null where no sample bounds that side. */
export interface PercentileInterval {
  readonly lo: Ms | null
  readonly hi: Ms | null
}

/** Distribution-free, for independent samples (`src/stats/rank-bounds.ts`); null where there are no samples. */
export function percentileInterval(sorted: ArrayLike<number>, q: number): PercentileInterval | null {
  if (sorted.length === 0) return null
  const { lo, hi } = ranks(sorted.length, q)
  return { lo: valueAt(sorted, lo), hi: valueAt(sorted, hi) }
}

/** Whether two percentiles could be the same: an open side reaches everything. */
export function overlap(a: PercentileInterval, b: PercentileInterval): boolean {
  return (a.lo ?? 0) <= (b.hi ?? Infinity) && (b.lo ?? 0) <= (a.hi ?? Infinity)
}

/** `360–470`, `from 360` where a side is open. */
export function formatInterval({ lo, hi }: PercentileInterval, format: (ms: Ms) => string): string {
  if (hi === null) return lo === null ? 'unbounded' : `from ${format(lo)}`
  return lo === null ? `to ${format(hi)}` : `${format(lo)}–${format(hi)}`
}

const known = new Map<string, RankBounds>()

/** The same few sizes come again for every case of a report. */
function ranks(n: number, q: number): RankBounds {
  const key = `${n} ${q}`
  const bounds = known.get(key) ?? rankBounds(n, q)
  known.set(key, bounds)
  return bounds
}

function valueAt(sorted: ArrayLike<number>, rank: number | null): Ms | null {
  return rank === null ? null : (sorted[rank - 1] ?? null)
}
