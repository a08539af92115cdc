import { judgedAs, type RegressionVerdict } from './verdict.ts'
import type { VerdictText } from './verdict-text.ts'

const UNCONFIRMED = 'looks worse, and there were no fresh pairs to confirm it'

/**
 * `TTFT typical +11.8% (90% CI +8.3% to +15.4%, 5 fresh pairs, ...): slower, limit 5%`, or
 * `failed requests 12 of 600, baseline 0 (...): more failures, limit 1% of the requests`. `observed` is the change, `limit` the
 * margin.
 */
export function regressionText(verdict: RegressionVerdict): VerdictText {
  const { gate, margin, estimate, low, high, failures } = verdict
  const facts =
    failures === null
      ? `${change(estimate)} (90% CI ${change(low)} to ${change(high)}, ${evidence(verdict)}): ${latencyOutcome(verdict)}`
      : `${failures.candidate} of ${failures.requests}, baseline ${failures.baseline} (${evidence(verdict)}): ${failureOutcome(verdict)}`
  return { objective: `${gate} no worse`, observed: estimate, limit: margin, message: `${gate} ${facts}` }
}

function latencyOutcome(verdict: RegressionVerdict): string {
  const limit = plain(verdict.margin)
  switch (judgedAs(verdict)) {
    case 'fail':
      return `slower, limit ${limit}`
    case 'pass':
      return `${verdict.high < 0 ? `faster by at least ${plain(-verdict.high)}` : `slower by less than ${limit}`}, 95% sure`
    case 'inconclusive':
    case 'invalid':
      return verdict.unconfirmed ? UNCONFIRMED : noise(verdict)
  }
}

function failureOutcome(verdict: RegressionVerdict): string {
  const limit = `${plain(verdict.margin)} of the requests`
  switch (judgedAs(verdict)) {
    case 'fail':
      return `more failures, limit ${limit}`
    case 'pass':
      return `more failures by less than ${limit}, 95% sure`
    case 'inconclusive':
    case 'invalid':
      return verdict.unconfirmed
        ? UNCONFIRMED
        : `up to ${plain(verdict.high)} of the requests more may fail; more pairs would settle ${limit}`
  }
}

function evidence(verdict: RegressionVerdict): string {
  const { pairs, fresh, holm } = verdict
  const suspects = `${holm?.suspects} ${holm?.suspects === 1 ? 'suspect' : 'suspects'}`
  const corrected =
    holm === null || judgedAs(verdict) === 'pass'
      ? ''
      : `, Holm p = ${Number(holm.adjusted.toPrecision(2))} among ${suspects}`
  return `${pairs} ${fresh ? 'fresh ' : ''}pairs${corrected}`
}

function noise({ noise: found, margin }: RegressionVerdict): string {
  if (found === null) return 'more pairs would settle it'
  const hides = `noise hides changes under ${plain(found.detectable)}`
  switch (found.says) {
    case 'too-noisy':
      return `${hides}; too noisy to gate`
    case 'too-near':
      return `${hides}; too near the limit of ${plain(margin)} to tell`
    case 'more-pairs':
      return `${hides}; ${found.pairsToSettle ?? 'over 1000'} pairs in all would settle ${plain(margin)}`
  }
}

/** `+0.4%` for a share of 0.004. */
function change(share: number): string {
  // Adding 0 makes a zero of -0.
  const percent = Number((share * 100).toFixed(1)) + 0
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)}%`
}

/** `5%`, two digits at most. */
export function plain(share: number): string {
  return `${Number((share * 100).toPrecision(2))}%`
}
