import { findMetric, metricPath } from '../metrics/find-metric.ts'
import { formatLimit, formatValue } from '../metrics/format-value.ts'
import type { Unit } from '../metrics/metric.ts'
import { unobservedPace } from '../metrics/pace.ts'
import { percentOf } from '../metrics/statistic.ts'
import { percentileEvidence } from './percentile-words.ts'
import { judgedAs, type Evidence, type ObjectiveVerdict, type Unseen, type Verdict } from './verdict.ts'
import type { VerdictText } from './verdict-text.ts'

const BUFFERED =
  'A proxy that buffers hides it: switch that off (nginx: `proxy_buffering off`, or the header `X-Accel-Buffering: no`) or ask the server itself; a server that streams in long intervals has to send more often.'

/** No proxy hides the pace of answers that have none. */
const NO_TEXT = 'Most of them have tokens and no text at all (`no-text`): see what the server answers.'

const NO_GAPS = `was not observed: so many of the gaps are between events that came in one read, and are 0. ${BUFFERED}`

/** `ttft.p99`, `errorRate`: the number that the objective is about. */
export function objectivePath({ metric, statistic }: Pick<ObjectiveVerdict, 'metric' | 'statistic'>): string {
  return metricPath({ id: metric }, statistic)
}

/** `<= 400 ms`. */
export function limitText({ metric, bound, limit }: Pick<ObjectiveVerdict, 'metric' | 'bound' | 'limit'>): string {
  return `${bound === 'max' ? '<=' : '>='} ${formatLimit(limit, unitOf(metric))}`
}

/** Of a metric that an objective is about. */
export function unitOf(id: ObjectiveVerdict['metric']): Unit {
  return findMetric(id)?.unit ?? 'ms'
}

export function objectiveText(verdict: ObjectiveVerdict): VerdictText {
  const { observed, limit, implied } = verdict
  return {
    objective: `${objectivePath(verdict)} ${limitText(verdict)}`,
    observed,
    limit,
    message: `${factsOf(verdict)}${implied ? ' (implied, since the SLO states none)' : ''}`,
  }
}

/** What explains a broken TTFT: the end of the first line, and further lines. */
export function whereTimeWent(verdict: Verdict): { readonly shares: string; readonly slowest: readonly string[] } {
  const explanation = verdict.kind === 'objective' ? verdict.explanation : null
  const shares = explanation?.shares ?? null
  return { shares: shares === null ? '' : `; ${shares}`, slowest: explanation?.slowest ?? [] }
}

function factsOf(verdict: ObjectiveVerdict): string {
  const { metric, evidence } = verdict
  const name = objectivePath(verdict)
  switch (evidence.is) {
    case 'point': {
      const { unseen } = evidence
      return `${comparison(verdict, evidence)}${unseen === null ? '' : `: ${mayExceed(unseen)}`}`
    }
    case 'percentile':
      return percentileFacts(verdict, evidence)
    case 'nothing-completed':
      return `${name}: no request completed (${evidence.failed} failed), and no data is a failure`
    case 'absent': {
      const absentWhen = findMetric(metric)?.absentWhen ?? null
      return `${name}: no data${absentWhen === null ? '' : ` (absent when ${absentWhen})`}, and no data is a failure`
    }
    case 'not-observed': {
      const { unseen } = evidence
      return `${name} was not observed: ${unseenText(unseen)}. ${unseen.mostlyTextless ? NO_TEXT : BUFFERED}`
    }
    case 'no-gaps':
      return `${name} ${NO_GAPS}`
    case 'told':
      return evidence.message
  }
}

function percentileFacts(verdict: ObjectiveVerdict, evidence: Evidence & { readonly is: 'percentile' }): string {
  const { limit, statistic } = verdict
  const { growingQueue, unseen, neverAnswered, confidence } = evidence
  const compared = comparison(verdict, evidence)
  if (growingQueue !== null) {
    const { share, stableRate } = growingQueue
    const stable = stableRate === null ? '' : `; stable at ${stableRate} req/s`
    return `${compared}: queue still growing (${(share * 100).toFixed(1)} % of the arrivals pile up${stable})`
  }
  // Those that were seen pass; what was not seen is what leaves it open.
  const said = unseen === null ? judgedAs(verdict) : 'pass'
  const found = { ...evidence, verdict: said === 'invalid' ? 'inconclusive' : said } as const
  const shown = percentileEvidence({ percentile: percentOf(statistic), limit, confidence }, found)
  return `${compared}${neverAnswered ? ';' : ':'} ${shown}${unseen === null ? '' : `; ${mayExceed(unseen)}`}`
}

/** `ttft.p50 60.4 ms > 20 ms`. */
function comparison(
  verdict: ObjectiveVerdict,
  {
    neverAnswered,
    failed,
    requests,
  }: Pick<Evidence & { readonly is: 'point' }, 'neverAnswered' | 'failed' | 'requests'>,
): string {
  const { metric, bound, limit, observed } = verdict
  const name = objectivePath(verdict)
  const unit = unitOf(metric)
  if (neverAnswered || observed === null) {
    return `${name} > ${formatLimit(limit, unit)}: ${failed} of ${requests} requests failed and count as never answered`
  }
  const isKept = bound === 'max' ? observed <= limit : observed >= limit
  const sign = isKept ? (bound === 'max' ? '<=' : '>=') : bound === 'max' ? '>' : '<'
  return `${name} ${formatValue(observed, unit)} ${sign} ${formatLimit(limit, unit)}`
}

function mayExceed(unseen: Unseen): string {
  return `${unseenText(unseen)}, and may exceed it`
}

function unseenText({ why, unseen, requests }: Unseen): string {
  return why === 'no-pace'
    ? unobservedPace({ requests, unobserved: unseen })
    : `${unseen} answers have tokens and no text: their first token was not seen`
}
