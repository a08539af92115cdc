import { errorRateOf } from '../metrics/error-rate.ts'
import { measuredRequests, type MeasuredRequests } from '../metrics/measured-requests.ts'
import type { Metrics, RunReport, Verdict, Warning } from '../report.ts'
import { requestsForPercentile } from '../stats/min-requests.ts'
import { valueAtRank } from '../stats/quantile.ts'
import { formatLimit, formatValue } from './format-value.ts'
import type { Ms } from '../base/units.ts'
import { judgePercentile, type PercentileVerdict } from './judge-percentile.ts'
import { objectiveName, objectives, type Objective } from './objectives.ts'
import { percentileEvidence } from './percentile-message.ts'
import type { Slo, Statistic } from './slo.ts'
import { GAPS_UNSEEN, unseenOf } from './unseen.ts'

/** What a verdict rests on. It can be made from a report again, months later. */
export interface JudgedRun {
  /** Over all trials. */
  readonly metrics: Metrics
  readonly trials: readonly Pick<RunReport, 'requests' | 'validity'>[]
  /** In words, where the queue kept growing, so that percentiles are properties of the length of the run. */
  readonly growingQueue?: string | null
  /** Of each percentile verdict; 0.95 unless told. More where the same requests are looked at repeatedly. */
  readonly confidence?: number
}

const PERCENT: { readonly [S in Statistic]?: number } = { p50: 50, p75: 75, p90: 90, p95: 95, p99: 99 }

/** Times come from the columns of the report, which hold them this exactly: a value at the limit keeps it. */
const COLUMN_PRECISION = 0.00025

type RequestMetric = 'ttft' | 'tpot' | 'e2eLatency'

/**
 * Judges each objective of a case, in catalog order, over all its trials.
 *
 * A percentile of TTFT, TPOT or E2E is a statement about a share of all requests, those that failed being over it, and
 * passes or fails only with 95 % confidence (`judgePercentile`); else it is inconclusive. While the queue grows it does not
 * pass.
 *
 * Everything else compares point with limit, which it may reach: means, extremes, the error rate, throughputs, goodput,
 * and ITL, whose gaps are no independent requests. A failed request makes any mean and maximum endless. ITL, which the
 * columns do not hold, is taken from the completed requests as long as the failures leave room for the percentile.
 *
 * An SLO without an `errorRate` accepts no failed request: where some failed beside others that completed, a broken
 * `errorRate <= 0` is added.
 *
 * An ITL of 0 is `invalid`: so many of the gaps are between events of one read. TPOT and ITL are `invalid` where more than 5 % of
 * the requests did not show their pace (`src/metrics/pace.ts`): those of the others are not the server's. Up to there such requests are left out, but a percentile or a maximum passes only if it would with
 * all of them over the limit; so does one of TTFT where answers have tokens and no text.
 *
 * No data is a failure: without a completed request nothing passes. BenchError `bad-slo` as `objectives()`, `no-data` as
 * `judgePercentile`.
 */
export function judgeSlo(run: JudgedRun, slo: Slo): Verdict[] {
  const trials = run.trials.map(measuredRequests)
  const stated = objectives(slo).map((objective) => judge(run, trials, objective))
  return slo.errorRate === undefined ? [...stated, ...unacceptedFailures(run, trials)] : stated
}

function unacceptedFailures(run: JudgedRun, trials: readonly MeasuredRequests[]): Verdict[] {
  const { completed, failed } = run.metrics
  if (failed === 0 || completed === 0) return []
  return objectives({ errorRate: 0 }).map((objective) => {
    const verdict = judge(run, trials, objective)
    return { ...verdict, message: `${verdict.message} (implied, since the SLO states none)` }
  })
}

/** One sentence for each percentile of the SLO that so many requests cannot show at all, whatever they find. */
export function shortSamples(requests: number, slo: Slo): string[] {
  const messages = objectives(slo).flatMap((objective) => {
    const percentile = certifiedPercentile(objective)
    if (percentile === null) return []
    const needed = requestsForPercentile(percentile.percent / 100)
    return requests >= needed ? [] : [`${requests} requests cannot show a P${percentile.percent} (needs ${needed})`]
  })
  return [...new Set(messages)]
}

/** The same as warnings of a run. */
export function shortSampleWarnings({ metrics: { completed, failed } }: JudgedRun, slo: Slo): Warning[] {
  return shortSamples(completed + failed, slo).map((message) => ({ code: 'short-sample', message: `${message}.` }))
}

function judge(run: JudgedRun, trials: readonly MeasuredRequests[], objective: Objective): Verdict {
  const { metric, bound, limit } = objective
  const { completed, failed } = run.metrics
  const name = objectiveName(objective)
  const limitText = formatLimit(limit, metric.unit)
  const percentile = certifiedPercentile(objective)
  const times = percentile === null ? [] : trials.map((trial) => timesOf(trial, percentile.id))
  const isMissing = times.some(({ length }) => length === 0)
  const value = isMissing ? null : observe(run, trials, objective)
  const observed = value === null || !Number.isFinite(value) ? null : value
  const base = {
    kind: 'slo' as const,
    objective: `${name} ${bound === 'max' ? '<=' : '>='} ${limitText}`,
    observed,
    limit,
  }

  if (completed === 0) {
    const message = `${name}: no request completed (${failed} failed), and no data is a failure`
    return { ...base, verdict: 'fail', message }
  }
  const unseen = unseenOf(metric.id, trials)
  if (unseen.refusal !== null) {
    return { ...base, observed: null, verdict: 'invalid', message: `${name} was not observed: ${unseen.refusal}` }
  }
  if (metric.id === 'itl' && value === 0) return { ...base, verdict: 'invalid', message: `${name} ${GAPS_UNSEEN}` }
  if (value === null || Number.isNaN(value)) {
    const absence = metric.absentWhen === null ? '' : ` (absent when ${metric.absentWhen})`
    return { ...base, verdict: 'fail', message: `${name}: no data${absence}, and no data is a failure` }
  }
  const kept = bound === 'max' ? value <= limit : value >= limit
  const sign = kept ? (bound === 'max' ? '<=' : '>=') : bound === 'max' ? '>' : '<'
  const comparison =
    value === Infinity
      ? `${name} > ${limitText}: ${failed} of ${completed + failed} requests failed and count as never answered`
      : `${name} ${formatValue(value, metric.unit)} ${sign} ${limitText}`
  if (percentile === null) {
    if (kept && objective.statistic === 'max' && unseen.count > 0) {
      return { ...base, verdict: 'inconclusive', message: `${comparison}: ${unseen.inWords}, and may exceed it` }
    }
    return { ...base, verdict: kept ? 'pass' : 'fail', message: comparison }
  }

  const { confidence } = run
  const stated = { percentile: percentile.percent, limit, ...(confidence === undefined ? {} : { confidence }) }
  const judgeTimes = (all: readonly (readonly Ms[])[]): PercentileVerdict =>
    judgePercentile({ ...stated, limit: limit * (1 + COLUMN_PRECISION + Number.EPSILON), trials: all })
  const found = judgeTimes(times)
  const growing = run.growingQueue ?? null
  if (growing !== null && found.verdict !== 'fail') {
    return { ...base, verdict: 'inconclusive', message: `${comparison}: queue still growing (${growing})` }
  }
  const message = `${comparison}${value === Infinity ? ';' : ':'} ${percentileEvidence(stated, found)}`
  if (unseen.count > 0 && found.verdict === 'pass') {
    const worst = judgeTimes(trials.map((trial) => timesOf(trial, percentile.id, { unseen: Infinity })))
    const doubt = `${message}; ${unseen.inWords}, and may exceed it`
    if (worst.verdict !== 'pass') return { ...base, verdict: 'inconclusive', message: doubt }
  }
  return { ...base, verdict: found.verdict, message }
}

/** The percentile that an objective is about, if it is one of a time that each request has once. */
function certifiedPercentile({ metric: { id }, statistic }: Objective): { id: RequestMetric; percent: number } | null {
  const percent = statistic === null ? undefined : PERCENT[statistic]
  if (percent === undefined) return null
  return id === 'ttft' || id === 'tpot' || id === 'e2eLatency' ? { id, percent } : null
}

/**
 * One time a request, in arrival order: Infinity for one that failed, `unseen` for one that did not show its time. Without `unseen`
 * the latter are left out, as those always are that cannot have such a time.
 */
function timesOf(trial: MeasuredRequests, id: RequestMetric, { unseen }: { unseen?: Ms } = {}): Ms[] {
  return trial[id].flatMap((value, index) => {
    if (trial.failed[index] === true) return Infinity
    const isUnseen = id !== 'e2eLatency' && trial.unseen[id][index] === true
    return value ?? (isUnseen && unseen !== undefined ? unseen : [])
  })
}

/** Null when the run has no such value, Infinity when a failed request stands at that place. */
function observe(
  { metrics }: JudgedRun,
  trials: readonly MeasuredRequests[],
  { metric: { id }, statistic }: Objective,
): number | null {
  const { completed, failed } = metrics
  switch (id) {
    case 'errorRate':
      return errorRateOf(metrics)
    case 'requestThroughput':
    case 'inputThroughput':
    case 'outputThroughput':
    case 'goodput':
      return metrics[id]
    case 'queueLateness':
      // A property of the client: a request that failed later was sent all the same.
      return metrics.queueLateness?.[statistic ?? 'mean'] ?? null
    case 'itl': {
      const rank = ((completed + failed - 1) * percentOf(statistic)) / 100
      return failed > 0 && Math.ceil(rank) >= completed ? Infinity : (metrics.itl?.[statistic ?? 'mean'] ?? null)
    }
    case 'ttft':
    case 'tpot':
    case 'e2eLatency': {
      if (failed === 0 || completed === 0) return metrics[id]?.[statistic ?? 'mean'] ?? null
      const times = Float64Array.from(trials.flatMap((trial) => timesOf(trial, id))).sort()
      if (times[0] === Infinity) return null
      const rank = ((times.length - 1) * percentOf(statistic)) / 100
      return times[Math.ceil(rank)] === Infinity ? Infinity : valueAtRank(times, rank)
    }
  }
}

/** Where among the sorted values a statistic stands; a mean, which any endless value makes endless, at the end. */
function percentOf(statistic: Statistic | null): number {
  if (statistic === 'min') return 0
  return (statistic === null ? undefined : PERCENT[statistic]) ?? 100
}
