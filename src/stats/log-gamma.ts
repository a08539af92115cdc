/**
 * ln Γ(x) for x > 0, relative error below 1e-14 (absolute near its zeros at 1 and 2).
 *
 * Lanczos' approximation with g = 7 and nine coefficients (Godfrey 2001, as in Numerical Recipes, 3rd edition, section
 * 6.1); from 10 on Stirling's formula with its correction, which does not lose digits where the Gamma function is large.
 */
export function logGamma(x: number): number {
  if (x >= STIRLING_FROM) return (x - 0.5) * Math.log(x) - x + HALF_LOG_2PI + stirlingCorrection(x)
  const base = x + LANCZOS_G - 0.5
  const sum = LANCZOS.reduce((total, coefficient, i) => total + coefficient / (x + i), LANCZOS_FIRST)
  return HALF_LOG_2PI + (x - 0.5) * Math.log(base) - base + Math.log(sum)
}

/**
 * ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b) for a, b > 0.
 *
 * Where an argument is large the leading terms of Stirling's formula are cancelled on paper instead of in floating point
 * (Didonato and Morris, ACM TOMS 18 (1992), algorithm 708: BETALN), so that B(1e6, 1e6) keeps its digits.
 */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a]
  const share = small / (small + large)
  if (small >= STIRLING_FROM) {
    const correction = stirlingCorrection(small) + stirlingCorrection(large) - stirlingCorrection(small + large)
    return (
      HALF_LOG_2PI - 0.5 * Math.log(large) + (small - 0.5) * Math.log(share) + large * Math.log1p(-share) + correction
    )
  }
  if (large >= STIRLING_FROM) {
    const correction = stirlingCorrection(large) - stirlingCorrection(small + large)
    return logGamma(small) + small - small * Math.log(small + large) + (large - 0.5) * Math.log1p(-share) + correction
  }
  return logGamma(small) + logGamma(large) - logGamma(small + large)
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)
const STIRLING_FROM = 10

/** ln Γ(x) less its leading terms: Bernoulli numbers over powers of x, exact to 1e-16 from 10 on. */
function stirlingCorrection(x: number): number {
  const inverseSquare = 1 / (x * x)
  return BERNOULLI.reduceRight((sum, coefficient) => coefficient + sum * inverseSquare, 0) / x
}

/** B(2k) / (2k (2k - 1)) for k = 1 to 8. */
const BERNOULLI = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400] as const

const LANCZOS_G = 7
const LANCZOS_FIRST = 0.999_999_999_999_809_93
const LANCZOS = [
  676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59,
  12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
] as const
