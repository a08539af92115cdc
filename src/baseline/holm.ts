/** One hypothesis after Holm's procedure, in the place of its p. */
export interface HolmResult {
  readonly rejected: boolean
  /** The smallest alpha at which it would be rejected, at most 1. */
  readonly adjusted: number
}

/**
 * Holm's step-down procedure: the chance that any of the true hypotheses is rejected stays at most `alpha`, however the
 * tests depend on each other.
 *
 * Sort p ascending; reject p_(j) while p_(j) <= alpha / (R - j + 1); stop at the first that is not.
 *
 * Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
 */
export function holm(p: readonly number[], alpha: number): HolmResult[] {
  const order = p.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value)
  const results = new Map<number, HolmResult>()
  let adjusted = 0
  let rejecting = true
  for (const [j, { value, index }] of order.entries()) {
    const remaining = p.length - j
    adjusted = Math.max(adjusted, Math.min(1, value * remaining))
    rejecting &&= value <= alpha / remaining
    results.set(index, { rejected: rejecting, adjusted })
  }
  return p.map((_, index) => results.get(index) ?? { rejected: false, adjusted: 1 })
}
