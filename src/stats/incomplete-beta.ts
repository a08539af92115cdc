import { logBeta } from './log-gamma.ts'

/**
 * The regularised incomplete beta function I_x(a, b): the share of a beta law with those shapes that lies below x.
 *
 *     I_x(a, b) = 1/B(a, b) * integral from 0 to x of t^(a-1) (1-t)^(b-1) dt      0 <= x <= 1; a, b > 0, fractions too
 *
 * Continued fraction of Numerical Recipes (3rd edition, section 6.4), which converges fast below the law's mean; above
 * it I_x(a, b) = 1 - I_(1-x)(b, a). It is swapped once at the most: a swap by recursion never ends on the boundary.
 *
 * `rest` is 1 - x; whoever knows it to more digits than the subtraction keeps, because x is close to 1, passes it.
 */
export function incompleteBeta(x: number, a: number, b: number, rest = 1 - x): number {
  if (x <= 0) return 0
  if (rest <= 0) return 1
  return x <= (a + 1) / (a + b + 2) ? lowerTail(x, rest, a, b) : 1 - lowerTail(rest, x, b, a)
}

/**
 * The x at which I_x(a, b) is `p`: the quantile of a beta law. 0 <= p <= 1; a, b > 0.
 *
 * By bisection until the doubles on both sides are neighbours or agree to 15 digits.
 */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  let low = 0
  let high = 1
  while (high - low > 1e-16 * high) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (incompleteBeta(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function lowerTail(x: number, rest: number, a: number, b: number): number {
  return (Math.exp(a * Math.log(x) + b * Math.log(rest) - logBeta(a, b)) * continuedFraction(x, a, b)) / a
}

const TINY = 1e-300
const PRECISION = 1e-16
/** Takes about the square root of the larger shape; enough for shapes of 1e8. */
const MAX_TERMS = 20_000

/** Lentz's method on the even and odd terms of the fraction. */
function continuedFraction(x: number, a: number, b: number): number {
  const apart = (value: number): number => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / apart(1 + even * d)
    c = apart(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / apart(1 + odd * d)
    c = apart(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) <= PRECISION) break
  }
  return value
}
