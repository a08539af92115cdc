/**
 * P(Z > z) of the standard normal law, relative error below 1e-12.
 *
 * Near the middle the series z + z^3/3 + z^5/(3*5) + ... (Marsaglia, Journal of Statistical Software 11(4), 2004), in the
 * tail Laplace's continued fraction 1/(z + 1/(z + 2/(z + 3/(z + ...)))) (Abramowitz and Stegun, 26.2.14).
 */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z)
  if (z === Infinity) return 0
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z >= TAIL_FROM) {
    let fraction = z
    for (let i = FRACTION_TERMS; i >= 1; i--) fraction = z + i / fraction
    return density / fraction
  }
  let term = z
  let sum = z
  for (let i = 3; term > sum * 1e-17; i += 2) {
    term *= (z * z) / i
    sum += term
  }
  return 0.5 - density * sum
}

const TAIL_FROM = 3
const FRACTION_TERMS = 150
