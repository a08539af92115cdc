import type { Verdict } from '../report.ts'
import { errorRate } from '../metrics/error-rate.ts'

/** The objective of the verdict that a lost server leaves on the run that it spoilt. */
export const SERVER_OBJECTIVE = 'server'

/** Whether the verdict says that the server died, or fell silent, under the run. */
export function isServerLost({ kind, objective, verdict }: Verdict): boolean {
  return kind === 'slo' && objective === SERVER_OBJECTIVE && verdict === 'fail'
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
function hasTooManyFailures({ objective, observed, limit }: Verdict): boolean {
  return objective.startsWith(`${errorRate.id} `) && observed !== null && limit !== null && observed > limit
}
