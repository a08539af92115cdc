import { inverseIncompleteBeta } from './incomplete-beta.ts'

export interface ShareBounds {
  readonly lower: number
  readonly upper: number
}

/**
 * Bounds on a share of which `over` of `total` were seen, each side with `confidence`, never too narrow when the draws
 * are independent. Both counts may be fractions, as the effective counts of clustered draws are (Korn and Graubard, Survey
 * Methodology 24 (1998), 193-201).
 *
 *     upper = BetaInv(confidence; over + 1, total - over)        1 when all were over
 *     lower = BetaInv(1 - confidence; over, total - over + 1)    0 when none was
 *
 * Clopper and Pearson, Biometrika 26 (1934), 404-413. RangeError unless 0 <= over <= total and total > 0: nothing seen
 * bounds nothing.
 */
export function clopperPearson(over: number, total: number, confidence = 0.95): ShareBounds {
  if (!(over >= 0 && over <= total && total > 0 && total < Infinity)) {
    throw new RangeError(`${over} of ${total} is no share.`)
  }
  return {
    lower: over === 0 ? 0 : inverseIncompleteBeta(1 - confidence, over, total - over + 1),
    upper: over === total ? 1 : inverseIncompleteBeta(confidence, over + 1, total - over),
  }
}
