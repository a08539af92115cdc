import { normalUpperTail } from './normal.ts'

export interface Trend {
  /** Pairs that rise minus pairs that fall. */
  readonly s: number
  /** One-sided: how often values without any trend would rise at least as much. */
  readonly p: number
}

/**
 * Mann and Kendall's test for an upward trend, in any shape, of values that are otherwise independent.
 *
 * Normal approximation with the correction for continuity and for ties, good from ten values on. Values that are all
 * equal, or fewer than two, have p = 1: no evidence.
 *
 * Kendall, "Rank Correlation Methods" (1975), chapter 4.
 */
export function mannKendall(values: readonly number[]): Trend {
  const n = values.length
  const s = values.reduce(
    (sum, value, i) => sum + values.slice(i + 1).reduce((t, next) => t + Math.sign(next - value), 0),
    0,
  )
  const ties = [...Map.groupBy(values, (value) => value).values()].map((group) => group.length)
  const variance = (pairTerm(n) - ties.reduce((sum, t) => sum + pairTerm(t), 0)) / 18
  if (variance === 0) return { s, p: 1 }
  return { s, p: normalUpperTail((s - Math.sign(s)) / Math.sqrt(variance)) }
}

function pairTerm(n: number): number {
  return n * (n - 1) * (2 * n + 5)
}
