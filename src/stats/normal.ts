/**
 * P(Z > z) of the standard normal law, relative error below 1.2e-7 everywhere.
 *
 * Half the complementary error function by the Chebyshev fit of Numerical Recipes in C, 2nd edition, section 6.2
 * (`erfcc`).
 */
export function normalUpperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.5 * x)
  const tail = (t * Math.exp(-x * x + CHEBYSHEV.reduceRight((sum, coefficient) => coefficient + t * sum, 0))) / 2
  return z >= 0 ? tail : 1 - tail
}

const CHEBYSHEV = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
] as const
