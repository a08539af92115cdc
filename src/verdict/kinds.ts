import { errorRate } from '../metrics/error-rate.ts'
import type { RegressionVerdict, Verdict } from './verdict.ts'

/** Whether the verdict says that the server died, or fell silent, under the run. */
export function isServerLost({ kind, verdict }: Verdict): boolean {
  return kind === 'server' && verdict === 'fail'
}

/** Whether it is that of a regression gate. */
export function isGate(verdict: Verdict): verdict is RegressionVerdict {
  return verdict.kind === 'regression'
}

/** A gate that got better by more than it may get worse, beyond doubt. */
export function isImprovement(verdict: Verdict): boolean {
  if (!isGate(verdict) || verdict.verdict !== 'pass' || verdict.failures !== null) return false
  return verdict.high < 0 && verdict.estimate < -verdict.margin
}

/** Passed, and to be told all the same: a gate that got better by more than it may get worse, a baseline that was accepted. */
export function isNews(verdict: Verdict): boolean {
  return isImprovement(verdict) || (verdict.kind === 'baseline' && verdict.state.is === 'accepted')
}

/**
 * Verdicts with the causes before what they bring about: the server that was lost, then the requests that failed, then what
 * makes the run invalid (cut short, a late client), then everything else as it was.
 */
export function byCause(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.toSorted((a, b) => rankOf(a) - rankOf(b))
}

function rankOf(verdict: Verdict): number {
  if (isServerLost(verdict)) return 0
  if (hasTooManyFailures(verdict)) return 1
  return verdict.kind === 'validity' && verdict.verdict === 'invalid' ? 2 : 3
}

/** By its numbers: on an invalid run each objective says `invalid`, one that was kept as well. */
function hasTooManyFailures(verdict: Verdict): boolean {
  if (verdict.kind !== 'objective' || verdict.metric !== errorRate.id || verdict.observed === null) return false
  return verdict.observed > verdict.limit
}
