import { decodeRequests } from '../metrics/columns.ts'
import { errorRateOf } from '../metrics/error-rate.ts'
import type { Metrics, RequestColumns, Verdict, Warning } from '../report.ts'
import { requestsForPercentile } from '../stats/min-requests.ts'
import { valueAtRank } from '../stats/quantile.ts'
import { formatLimit, formatValue } from './format-value.ts'
import { objectiveName, objectives, type Objective } from './objectives.ts'
import type { Slo, Statistic } from './slo.ts'

/** The part of a case's reports that a verdict rests on, so that it can be passed again from the file, months later. */
export interface JudgedRun {
  /** Over all trials. */
  readonly metrics: Metrics
  readonly trials: readonly RequestColumns[]
}

const PERCENT: { readonly [S in Statistic]?: number } = { p50: 50, p75: 75, p90: 90, p95: 95, p99: 99 }

/**
 * Compares a run with each objective, point against limit, in catalog order; a value at the limit keeps it.
 *
 * Statistics of latency are taken over all requests, a failed one counting as never answered: of 100 requests, two
 * failures break any P99, and one any maximum or mean. Where nothing failed they are those of the metrics, to the last
 * digit; otherwise recomputed from the request columns, within 0.025 %. ITL, which the columns do not hold, is taken
 * from the completed requests as long as the failures leave room for the percentile.
 *
 * No data is a failure: without a completed request nothing passes. A pass on fewer requests than the percentile
 * takes says so in its message. BenchError `bad-slo` as `objectives()`.
 */
export function judgeSlo(run: JudgedRun, slo: Slo): Verdict[] {
  return objectives(slo).map((objective) => judge(run, objective))
}

/** One warning for each percentile of the SLO that this many requests cannot show at all. */
export function shortSampleWarnings(run: JudgedRun, slo: Slo): Warning[] {
  const messages = objectives(slo).flatMap((objective) => shortSample(run, objective) ?? [])
  return [...new Set(messages)].map((message) => ({ code: 'short-sample', message: `${message}.` }))
}

function judge(run: JudgedRun, objective: Objective): Verdict {
  const { metric, bound, limit } = objective
  const name = objectiveName(objective)
  const limitText = formatLimit(limit, metric.unit)
  const base = { kind: 'slo' as const, objective: `${name} ${bound === 'max' ? '<=' : '>='} ${limitText}`, limit }
  const { completed, failed } = run.metrics
  const value = observe(run, objective)
  const observed = value === null || !Number.isFinite(value) ? null : value

  if (completed === 0) {
    const message = `${name}: no request completed (${failed} failed), and no data is a failure`
    return { ...base, verdict: 'fail', observed, message }
  }
  if (value === Infinity) {
    const message = `${name} > ${limitText}: ${failed} of ${completed + failed} requests failed and count as never answered`
    return { ...base, verdict: 'fail', observed, message }
  }
  if (observed === null) {
    const absence = metric.absentWhen === null ? '' : ` (absent when ${metric.absentWhen})`
    return { ...base, verdict: 'fail', observed, message: `${name}: no data${absence}, and no data is a failure` }
  }
  const kept = bound === 'max' ? observed <= limit : observed >= limit
  const sign = kept ? (bound === 'max' ? '<=' : '>=') : bound === 'max' ? '>' : '<'
  const doubt = kept ? shortSample(run, objective) : null
  const message = `${name} ${formatValue(observed, metric.unit)} ${sign} ${limitText}${doubt === null ? '' : `; ${doubt}`}`
  return { ...base, verdict: kept ? 'pass' : 'fail', observed, message }
}

/** Null when the run has no such value, Infinity when a failed request stands at that place. */
function observe({ metrics, trials }: JudgedRun, { metric, statistic }: Objective): number | null {
  switch (metric.id) {
    case 'errorRate':
      return errorRateOf(metrics)
    case 'requestThroughput':
    case 'inputThroughput':
    case 'outputThroughput':
    case 'goodput':
      return metrics[metric.id]
    case 'queueLateness':
      // A property of the client: a request that failed later was sent all the same.
      return metrics.queueLateness?.[statistic ?? 'mean'] ?? null
    case 'itl': {
      const { completed, failed } = metrics
      const rank = ((completed + failed - 1) * percentOf(statistic)) / 100
      return failed > 0 && Math.ceil(rank) >= completed ? Infinity : (metrics.itl?.[statistic ?? 'mean'] ?? null)
    }
    case 'ttft':
    case 'tpot':
    case 'e2eLatency': {
      const { id } = metric
      const { completed, failed } = metrics
      if (failed === 0 || completed === 0) return metrics[metric.id]?.[statistic ?? 'mean'] ?? null
      const values = trials.flatMap((requests) => decodeRequests(requests)[id].filter((value) => value !== null))
      const rank = ((values.length + failed - 1) * percentOf(statistic)) / 100
      if (values.length === 0) return null
      return Math.ceil(rank) >= values.length ? Infinity : valueAtRank(Float64Array.from(values).sort(), rank)
    }
  }
}

/** Where among the sorted values a statistic stands; a mean, which any endless value makes endless, at the end. */
function percentOf(statistic: Statistic | null): number {
  if (statistic === 'min') return 0
  return (statistic === null ? undefined : PERCENT[statistic]) ?? 100
}

function shortSample({ metrics }: JudgedRun, { statistic }: Objective): string | null {
  const percentile = statistic === null ? undefined : PERCENT[statistic]
  if (percentile === undefined) return null
  const requests = metrics.completed + metrics.failed
  const needed = requestsForPercentile(percentile / 100)
  return requests >= needed ? null : `${requests} requests cannot show a P${percentile} (needs ${needed})`
}
