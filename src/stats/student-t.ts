import { incompleteBeta, inverseIncompleteBeta } from './incomplete-beta.ts'

/**
 * P(T <= t) of Student's law with `df` > 0 degrees of freedom. t may be infinite; small results keep their digits, so
 * take an upper tail as `studentTCdf(-t, df)`.
 *
 *     P(T <= -t) = I_x(df/2, 1/2) / 2,   x = df / (df + t^2)      (Abramowitz and Stegun, 26.7.1)
 */
export function studentTCdf(t: number, df: number): number {
  const square = t * t
  const below = df / (df + square)
  const above = Number.isFinite(square) ? square / (df + square) : 1
  // In the middle the tail is the complement of the smaller part; outside it would be lost in that subtraction.
  const isMiddle = square < Math.min(1, df)
  const lower = 0.5 * (isMiddle ? 1 - incompleteBeta(above, 0.5, df / 2) : incompleteBeta(below, df / 2, 0.5, above))
  return t <= 0 ? lower : 1 - lower
}

/** The t with P(T <= t) = `p`, the inverse of `studentTCdf`. 0 < p < 1. */
export function studentTQuantile(p: number, df: number): number {
  const tails = 2 * Math.min(p, 1 - p)
  const sign = p < 0.5 ? -1 : 1
  if (tails > 0.5) {
    const x = inverseIncompleteBeta(1 - tails, 0.5, df / 2)
    return sign * Math.sqrt((df * x) / (1 - x))
  }
  const x = inverseIncompleteBeta(tails, df / 2, 0.5)
  return sign * Math.sqrt((df * (1 - x)) / x)
}
