import { atRate } from '../base/rate-text.ts'
import { detectableChange, pairsToSettle, TOO_NOISY, type GateEstimate } from './gate-estimate.ts'
import type { FailureEstimate } from './failed-requests.ts'
import type { RegressionCase } from './trial.ts'

export type RegressionVerdict = 'pass' | 'fail' | 'inconclusive'

/** One decided gate, as its message tells it. */
export interface DecidedGate {
  readonly label: string
  readonly gate: string
  readonly verdict: RegressionVerdict
  readonly margin: number
  /** The pairs were run to confirm a suspicion. */
  readonly fresh: boolean
  /** A suspect for which there were no fresh pairs. */
  readonly unconfirmed: boolean
  /** Null for a gate that was never a suspect on fresh pairs. */
  readonly holm: { readonly adjusted: number; readonly suspects: number } | null
}

/** `vllm @ 8 req/s`, `vllm, all at once`. */
export function caseLabel({ framework, requestRate }: Pick<RegressionCase, 'framework' | 'requestRate'>): string {
  return atRate(framework, requestRate)
}

export function isBurst(requestRate: number | null): boolean {
  return requestRate === null || requestRate === Infinity
}

/** `FAIL          sglang @ 8 req/s  TTFT typical +11.8% (90% CI +8.3% to +15.4%, 5 fresh pairs, ...): slower, limit 5%`. */
export function latencyMessage(decided: DecidedGate, estimate: GateEstimate): string {
  const interval = `90% CI ${change(estimate.low)} to ${change(estimate.high)}`
  const head = `${lineStart(decided)} ${change(estimate.estimate)} (${interval}, ${evidence(decided, estimate.pairs)})`
  const limit = plain(decided.margin)
  switch (decided.verdict) {
    case 'fail':
      return `${head}: slower, limit ${limit}`
    case 'pass': {
      const faster = estimate.high < 0 ? `faster by at least ${plain(1 - Math.exp(estimate.high))}` : null
      return `${head}: ${faster ?? `slower by less than ${limit}`}, 95% sure`
    }
    case 'inconclusive':
      return `${head}: ${decided.unconfirmed ? UNCONFIRMED : noise(decided, estimate)}`
  }
}

/** `FAIL          vllm @ 8 req/s  failed requests 12 of 600, baseline 0 (...): more failures, limit 1% of the requests`. */
export function failureMessage(decided: DecidedGate, estimate: FailureEstimate): string {
  const { candidateFailed, baselineFailed, requests, pairs } = estimate
  const head = `${lineStart(decided)} ${candidateFailed} of ${requests}, baseline ${baselineFailed} (${evidence(decided, pairs)})`
  const limit = `${plain(decided.margin)} of the requests`
  if (decided.verdict === 'fail') return `${head}: more failures, limit ${limit}`
  if (decided.verdict === 'pass') return `${head}: more failures by less than ${limit}, 95% sure`
  if (decided.unconfirmed) return `${head}: ${UNCONFIRMED}`
  return `${head}: up to ${plain(estimate.high)} of the requests more may fail; more pairs would settle ${limit}`
}

/** `build         96 gates: 71 pass, 24 inconclusive, 1 FAIL. Chance of any false FAIL in this build: at most 5%`. */
export function buildMessage(verdicts: readonly RegressionVerdict[], falseFailChance: number): string {
  const count = (wanted: RegressionVerdict): number => verdicts.filter((verdict) => verdict === wanted).length
  const counts = `${count('pass')} pass, ${count('inconclusive')} inconclusive, ${count('fail')} FAIL`
  return `${'build'.padEnd(WORD_WIDTH)}${verdicts.length} gates: ${counts}. Chance of any false FAIL in this build: at most ${plain(falseFailChance)}`
}

const UNCONFIRMED = 'looks worse, and there were no fresh pairs to confirm it'

const WORD_WIDTH = 14

function lineStart({ verdict, label, gate }: DecidedGate): string {
  return `${verdict.toUpperCase().padEnd(WORD_WIDTH)}${label}  ${gate}`
}

function evidence({ fresh, holm, verdict }: DecidedGate, pairs: number): string {
  const suspects = `${holm?.suspects} ${holm?.suspects === 1 ? 'suspect' : 'suspects'}`
  const corrected =
    holm === null || verdict === 'pass' ? '' : `, Holm p = ${Number(holm.adjusted.toPrecision(2))} among ${suspects}`
  return `${pairs} ${fresh ? 'fresh ' : ''}pairs${corrected}`
}

function noise({ margin }: DecidedGate, estimate: GateEstimate): string {
  const hidden = detectableChange(estimate)
  const limit = Math.log1p(margin)
  const hides = `noise hides changes under ${plain(Math.exp(hidden) - 1)}`
  if (hidden > TOO_NOISY) return `${hides}; too noisy to gate`
  // More pairs tell an estimate beside the limit from it, but how many depends on how far beside it really is.
  if (hidden <= limit) return `${hides}; too near the limit of ${plain(margin)} to tell`
  const needed = pairsToSettle(estimate, limit)
  return `${hides}; ${needed === Infinity ? 'over 1000' : needed} pairs in all would settle ${plain(margin)}`
}

/** `+0.4%` for the logarithm of 1.004. */
function change(logarithm: number): string {
  // Adding 0 makes a zero of -0.
  const percent = Number(((Math.exp(logarithm) - 1) * 100).toFixed(1)) + 0
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)}%`
}

function plain(share: number): string {
  return `${Number((share * 100).toPrecision(2))}%`
}
