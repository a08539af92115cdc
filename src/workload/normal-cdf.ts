/**
 * The standard normal law's distribution function, to a relative error of 1.2e-7.
 *
 * Chebyshev fit of erfc: Press et al., Numerical Recipes in C, 2nd ed., section 6.2 (`erfcc`).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + z / 2)
  const series = COEFFICIENTS.reduceRight((sum, coefficient) => sum * t + coefficient, 0)
  const upperTail = (t * Math.exp(series - z * z)) / 2
  return x < 0 ? upperTail : 1 - upperTail
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
]
