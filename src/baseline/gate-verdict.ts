import type { Verdict } from '../report.ts'
import type { GateResult } from './decide-regressions.ts'
import type { Trial } from './trial.ts'

const NO_WORSE = ' no worse'
const ACCEPTED = 'baseline accepted'

/**
 * A decided gate as a verdict of the report. `observed` is the change as a share, + is worse (of failed requests, in shares
 * of the requests); `limit` is the margin, likewise.
 */
export function gateVerdict({ gate, verdict, margin, estimate, message }: GateResult): Verdict {
  const observed = gate === 'failed requests' ? estimate : Math.expm1(estimate)
  return {
    kind: 'baseline',
    objective: `${gate}${NO_WORSE}`,
    verdict,
    observed,
    limit: margin,
    message: message.slice(message.indexOf(`  ${gate}`)).trimStart(),
  }
}

/** What a case says until the end of its file decides: a run that ends before has not passed. */
export const WAITING_VERDICT: Verdict = {
  kind: 'baseline',
  objective: 'baseline',
  verdict: 'inconclusive',
  observed: null,
  limit: null,
  message: 'not decided: the run ended before',
}

export function isWaiting({ kind, objective }: Verdict): boolean {
  return kind === WAITING_VERDICT.kind && objective === WAITING_VERDICT.objective
}

/** What a case says whose trials became the baseline in `file`: failed requests among them are accepted with them. */
export function acceptedVerdict(trials: readonly Trial[], file: string): Verdict {
  const times = trials.flatMap(({ e2eLatency }) => e2eLatency)
  const failed = times.filter(Number.isNaN).length
  const failures = failed === 0 ? '' : `, and it accepts that ${failed} of ${times.length} requests failed`
  const message = `${trials.length} trials are the baseline from now on (${file})${failures}`
  return { ...WAITING_VERDICT, objective: ACCEPTED, verdict: 'pass', message }
}

/** Whether a verdict of a report is that of a regression gate. */
export function isGate({ kind, objective }: Verdict): boolean {
  return kind === 'baseline' && objective.endsWith(NO_WORSE)
}

/** Passed, and to be told all the same: a gate that got better by more than it may get worse, a baseline that was accepted. */
export function isNews(verdict: Verdict): boolean {
  return isImprovement(verdict) || (verdict.kind === 'baseline' && verdict.objective === ACCEPTED)
}

/** A gate that got better by more than it may get worse, beyond doubt. */
export function isImprovement(verdict: Verdict): boolean {
  const { observed, limit, message } = verdict
  if (!isGate(verdict) || verdict.verdict !== 'pass' || observed === null || limit === null) return false
  return observed < -limit && message.includes(': faster by at least ')
}
