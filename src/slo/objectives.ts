import { didYouMean } from '../base/did-you-mean.ts'
import { BenchError } from '../base/errors.ts'
import { kindOf } from '../base/options.ts'
import { metricPath } from '../metrics/find-metric.ts'
import type { SampleMetric } from '../metrics/metric.ts'
import { OBJECTIVE_METRIC_IDS, OBJECTIVE_METRICS, type ObjectiveMetric } from '../metrics/objective-metrics.ts'
import { STATISTICS, type Statistic } from '../metrics/statistic.ts'
import type { RequestRecord } from '../record.ts'
import { INCONCLUSIVE, type Bounds, type Inconclusive, type Slo, type SloKey } from './slo.ts'
import { isUnseen } from './unseen.ts'

/** One limit on one number. The limit itself is within it. */
export interface Objective {
  readonly metric: ObjectiveMetric
  /** Null for metrics that are one number. */
  readonly statistic: Statistic | null
  readonly bound: 'max' | 'min'
  /** In the metric's own unit: ms, per second, a share. */
  readonly limit: number
}

/**
 * The objectives of an SLO, one for each limit, the latencies first.
 *
 * BenchError `bad-slo` for an SLO that could never fail (empty, a minimum of 0, an error rate of 1) or never hold (0 ms), a
 * metric or a statistic that does not exist, and a limit that is negative or no number: types do not survive JSON, the
 * environment and casts.
 */
export function objectives(slo: Slo): Objective[] {
  if (typeof slo !== 'object' || slo === null || Array.isArray(slo)) {
    throw new BenchError(`An SLO is an object, and not ${kindOf(slo)}.`, {
      code: 'bad-slo',
      remedy: 'Write { ttft: { p99: 400 } }, or read a text with parseSlo().',
    })
  }
  for (const key of Object.keys(slo)) if (key !== 'inconclusive') sloMetric(key)
  if (slo.inconclusive !== undefined) inconclusivePolicy(slo.inconclusive, 'The policy `inconclusive` of an SLO')
  const all = OBJECTIVE_METRICS.flatMap((metric) => objectivesOf(metric, slo[metric.id]))
  if (all.length === 0) {
    throw new BenchError('The SLO has no objective, so it could never fail.', {
      code: 'bad-slo',
      remedy: 'State at least one limit, for instance { ttft: { p99: 400 } }.',
    })
  }
  for (const objective of all) checkLimit(objective)
  return all
}

/** The policy of that name. BenchError `bad-slo`, which says whose it was, when there is none. */
export function inconclusivePolicy(name: string, whose: string): Inconclusive {
  const found = INCONCLUSIVE.find((policy) => policy === name)
  if (found !== undefined) return found
  throw new BenchError(`${whose} is ${JSON.stringify(name)}.`, {
    code: 'bad-slo',
    remedy: didYouMean(name, INCONCLUSIVE),
  })
}

/** The metric of that name. BenchError `bad-slo`, with the nearest name, when there is none. */
export function sloMetric(id: string): ObjectiveMetric {
  const found = OBJECTIVE_METRICS.find((metric) => metric.id === id)
  if (found !== undefined) return found
  throw new BenchError(`"${id}" is not a metric an SLO can speak of.`, {
    code: 'bad-slo',
    remedy: didYouMean(id, OBJECTIVE_METRIC_IDS),
  })
}

/** The statistic of that name. BenchError `bad-slo`, with the nearest name, when there is none. */
export function sloStatistic(metric: ObjectiveMetric, name: string): Statistic {
  const found = STATISTICS.find((statistic) => statistic === name)
  if (found !== undefined) return found
  throw new BenchError(`"${name}" is not a statistic of ${metric.id}.`, {
    code: 'bad-slo',
    remedy: didYouMean(name, STATISTICS),
  })
}

/**
 * Whether one request was good enough, for the goodput.
 *
 * TTFT, TPOT and E2E limits on percentiles and on the maximum hold for the request itself; where a metric has several,
 * the loosest, because an SLO lets half of the requests exceed its P50. Means, and limits on the whole run, say
 * nothing of one request. A failed request is never good, nor is one whose first text or whose pace was not seen where TTFT or
 * TPOT has a limit; a value that the request cannot have (the TPOT of one token) breaks no limit.
 */
export function meetsObjectives(slo: Slo): (record: RequestRecord) => boolean {
  const limits = objectives(slo).filter(({ statistic }) => statistic !== 'mean' && statistic !== 'min')
  const single = OBJECTIVE_METRICS.filter(isOfOneRequest)
  const loosest = single.map((metric) => ({
    metric,
    limit: Math.max(...limits.filter((objective) => objective.metric.id === metric.id).map(({ limit }) => limit)),
  }))
  const stated = loosest.filter(({ limit }) => limit > -Infinity)
  return (record) =>
    record.outcome.status === 'completed' &&
    stated.every(
      ({ metric, limit }) => !isUnseen(metric, record) && metric.samples(record).every((value) => value <= limit),
    )
}

/** Each request has one such time. */
function isOfOneRequest(metric: ObjectiveMetric): metric is Extract<ObjectiveMetric, SampleMetric> {
  return metric.kind === 'distribution' && metric.evidence === 'requests'
}

function objectivesOf(metric: ObjectiveMetric, stated: Slo[SloKey]): Objective[] {
  if (stated === undefined) return []
  if (metric.kind === 'number') return boundsOf(metric, stated)
  if (typeof stated !== 'object' || stated === null) {
    throw new BenchError(`${metric.id} is ${String(stated)}, which says no statistic.`, {
      code: 'bad-slo',
      remedy: `Say of which statistic it is the limit, for instance { ${metric.id}: { p99: ${String(stated)} } }.`,
    })
  }
  const limits = new Map(Object.entries(stated).map(([name, limit]) => [sloStatistic(metric, name), limit as unknown]))
  return STATISTICS.flatMap((statistic) => {
    const limit = limits.get(statistic)
    return limit === undefined ? [] : [{ metric, statistic, bound: 'max' as const, limit: limit as number }]
  })
}

function boundsOf(metric: ObjectiveMetric, bounds: Bounds): Objective[] {
  if (typeof bounds !== 'object' || bounds === null) return [{ metric, statistic: null, bound: 'max', limit: bounds }]
  return Object.entries(bounds).flatMap(([bound, limit]) => {
    if (bound !== 'min' && bound !== 'max') {
      throw new BenchError(`"${bound}" is not a bound of ${metric.id}.`, {
        code: 'bad-slo',
        remedy: didYouMean(bound, ['min', 'max']),
      })
    }
    return limit === undefined ? [] : [{ metric, statistic: null, bound, limit }]
  })
}

function checkLimit(objective: Objective): void {
  const { metric, statistic, limit, bound } = objective
  const name = metricPath(metric, statistic)
  if (typeof limit !== 'number' || !Number.isFinite(limit) || limit < 0) {
    throw new BenchError(
      `The limit of ${name} is ${typeof limit === 'string' ? JSON.stringify(limit) : String(limit)}.`,
      {
        code: 'bad-slo',
        remedy: 'Give a finite number of at least 0.',
      },
    )
  }
  // Only the client can be on time; no server answers in no time.
  if (limit === 0 && metric.kind === 'distribution' && metric.clientError !== null) {
    throw new BenchError(`No run could keep the limit 0 of ${name}.`, { code: 'bad-slo', remedy: 'Give a time in ms.' })
  }
  if (bound === 'min' ? limit === 0 : metric.unit === 'share' && limit >= 1) {
    throw new BenchError(`No run could miss the limit ${limit} of ${name}.`, {
      code: 'bad-slo',
      remedy: bound === 'min' ? 'Give a minimum above 0.' : 'Give a share below 1: 0.01 is one request in a hundred.',
    })
  }
}
