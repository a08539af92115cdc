import { studentTCdf, studentTQuantile } from '../stats/student-t.ts'
import { mean, variance } from '../stats/variance.ts'

/** What K pairs say of one gate of one case. Logarithms of ratios, + is worse. */
export interface GateEstimate {
  readonly estimate: number
  /** One-sided 95 % bounds: together a 90 % interval. */
  readonly low: number
  readonly high: number
  /** One-sided: how often no change at all would look at least this much worse. */
  readonly p: number
  /** Standard error of the estimate. */
  readonly se: number
  /** Standard deviation of one pair. */
  readonly sd: number
  /** Frameworks whose noise was pooled. */
  readonly frameworks: number
  readonly pairs: number
}

/** Prior degrees of freedom of the pooled variance. */
const PRIOR_DF = 4

/**
 * Estimates a change from `own`, the statistics of this case's pairs, with the noise of this gate in `group`: the cases at
 * the same request rate, one a framework, this one included. K = number of own pairs, F = frameworks.
 *
 *     s2  = (4 s2_pool + (K-1) s2_own) / (4 + K-1)   df = min(F (K-1), 4 + K-1)     F = 1: s2_own, K-1
 *     se  = sqrt(s2/K + 2 sessionSd^2)
 *     p   = 1 - T_df(est/se);  low, high = est -+ t_(0.95, df) se
 *
 * `sessionSd` is the standard deviation between sessions of the mean of one version: 0 when baseline and candidate ran
 * interleaved, because both then saw the same sessions.
 *
 * Moderated variance: Smyth, Statistical Applications in Genetics and Molecular Biology 3 (2004), article 3 (limma).
 */
export function estimateGate(
  own: readonly number[],
  group: readonly (readonly number[])[],
  sessionSd: number,
): GateEstimate {
  const pairs = own.length
  const frameworks = group.length
  const ownVariance = variance(own)
  const moderated = (PRIOR_DF * mean(group.map(variance)) + (pairs - 1) * ownVariance) / (PRIOR_DF + pairs - 1)
  const sd = Math.sqrt(frameworks === 1 ? ownVariance : moderated)
  const se = Math.sqrt(sd ** 2 / pairs + 2 * sessionSd ** 2)
  const df = degreesOfFreedom(frameworks, pairs)
  const estimate = mean(own)
  // Noise-free trials of a simulated engine: no change is no evidence, any other is beyond doubt.
  const t = estimate === 0 ? 0 : estimate / se
  const reach = studentTQuantile(0.95, df) * se
  return { estimate, low: estimate - reach, high: estimate + reach, p: studentTCdf(-t, df), se, sd, frameworks, pairs }
}

/** A gate whose noise hides more than this says nothing, unless the change is larger still. */
export const TOO_NOISY = Math.log(1.25)

/** The smallest true change, as a logarithm, that a 5 % test of these pairs finds in 80 % of the cases. */
export function detectableChange({ frameworks, pairs, se }: GateEstimate): number {
  return reachOfTest(degreesOfFreedom(frameworks, pairs)) * se
}

const MOST_PAIRS = 1000

/** Fewest pairs in all that would find a change of `limit` in 80 % of the cases; Infinity for over a thousand. */
export function pairsToSettle({ frameworks, sd }: GateEstimate, limit: number): number {
  for (let pairs = 2; pairs <= MOST_PAIRS; pairs++) {
    if ((reachOfTest(degreesOfFreedom(frameworks, pairs)) * sd) / Math.sqrt(pairs) <= limit) return pairs
  }
  return Infinity
}

function reachOfTest(df: number): number {
  return studentTQuantile(0.95, df) + studentTQuantile(0.8, df)
}

function degreesOfFreedom(frameworks: number, pairs: number): number {
  return frameworks === 1 ? pairs - 1 : Math.min(frameworks * (pairs - 1), PRIOR_DF + pairs - 1)
}
