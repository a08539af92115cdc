import type { Ms, PerSecond } from '../base/units.ts'
import { countedRecords } from '../metrics/fill.ts'
import type { Metric, SampleMetric } from '../metrics/metric.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { isPercentile, percentOf, type Statistic } from '../metrics/statistic.ts'
import type { RequestRecord } from '../record.ts'
import { requestsForPercentile } from '../stats/min-requests.ts'
import { valueAtRank } from '../stats/quantile.ts'
import type { Evidence, ObjectiveVerdict, VerdictWord } from '../verdict/verdict.ts'
import { judgePercentile, ROUNDING, type PercentileVerdict } from './judge-percentile.ts'
import { objectives, type Objective } from './objectives.ts'
import type { Slo } from './slo.ts'
import { isTooMuchUnseen, isUnseen, unseenOf } from './unseen.ts'

/** What a verdict rests on. */
export interface JudgedRun {
  /** Over all trials. */
  readonly metrics: Metrics
  /** The requests of each trial, in arrival order. */
  readonly trials: readonly (readonly RequestRecord[])[]
  /**
   * Where the queue kept growing, so that percentiles are properties of the length of the run: the share of the arrivals that
   * piled up, and the highest rate at which the same target's queue was seen not to grow.
   */
  readonly growingQueue?: { readonly share: number; readonly stableRate: PerSecond | null } | null
  /** Of each percentile verdict; 0.95 unless told. More where the same requests are looked at repeatedly. */
  readonly confidence?: number
}

/**
 * Judges each objective of a case, the latencies first, over all its trials.
 *
 * A percentile of TTFT, TPOT or E2E is a statement about a share of all requests, those that failed being over it, and
 * passes or fails only with 95 % confidence (`judgePercentile`); else it is inconclusive. While the queue grows it does not
 * pass.
 *
 * Everything else compares point with limit, which it may reach: means, extremes, the error rate, throughputs, goodput,
 * and ITL, whose gaps are no independent requests. A failed request makes any mean and maximum endless. ITL is that of the
 * completed requests as long as the failures leave room for the percentile.
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
export function judgeSlo(run: JudgedRun, slo: Slo): ObjectiveVerdict[] {
  const counted: JudgedRun = { ...run, trials: run.trials.map(countedRecords) }
  const stated = objectives(slo).map((objective) => judge(counted, objective))
  return slo.errorRate === undefined ? [...stated, ...unacceptedFailures(counted)] : stated
}

function unacceptedFailures(run: JudgedRun): ObjectiveVerdict[] {
  const { completed, failed } = run.metrics
  if (failed === 0 || completed === 0) return []
  return objectives({ errorRate: 0 }).map((objective) => ({ ...judge(run, objective), implied: true }))
}

/** One sentence for each percentile of the SLO that so many requests cannot show at all, whatever they find. */
export function shortSamples(requests: number, slo: Slo): string[] {
  const messages = objectives(slo).flatMap((objective) => {
    if (certifiedMetric(objective) === null) return []
    const percent = percentOf(objective.statistic)
    const needed = requestsForPercentile(percent / 100)
    return requests >= needed ? [] : [`${requests} requests cannot show a P${percent} (needs ${needed})`]
  })
  return [...new Set(messages)]
}

function judge(run: JudgedRun, objective: Objective): ObjectiveVerdict {
  const { metric, statistic, bound, limit } = objective
  const { completed, failed } = run.metrics
  const value = observe(run, objective)
  const say = (verdict: VerdictWord, evidence: Evidence, observed = value): ObjectiveVerdict => ({
    kind: 'objective',
    verdict,
    overruled: null,
    metric: metric.id,
    statistic,
    bound,
    limit,
    observed: observed === null || !Number.isFinite(observed) ? null : observed,
    evidence,
    implied: false,
    explanation: null,
  })

  if (completed === 0) return say('fail', { is: 'nothing-completed', failed })
  const unseen = metric.kind === 'distribution' ? unseenOf(metric, run.trials.flat()) : null
  if (unseen !== null && isTooMuchUnseen(unseen)) return say('invalid', { is: 'not-observed', unseen }, null)
  if (value === 0 && showsItsPace(metric)) return say('invalid', { is: 'no-gaps' })
  if (value === null || Number.isNaN(value)) return say('fail', { is: 'absent' })

  const requests = { failed, requests: completed + failed, neverAnswered: value === Infinity, unseen: null }
  const certified = certifiedMetric(objective)
  if (certified === null) {
    const isKept = bound === 'max' ? value <= limit : value >= limit
    const mayExceed = isKept && statistic === 'max' && unseen !== null
    return mayExceed
      ? say('inconclusive', { is: 'point', ...requests, unseen })
      : say(isKept ? 'pass' : 'fail', { is: 'point', ...requests })
  }

  const confidence = run.confidence ?? 0.95
  const judgeTimes = (unseenIs: Ms | null): PercentileVerdict =>
    judgePercentile({
      percentile: percentOf(statistic),
      // The limit itself is within.
      limit: limit * (1 + ROUNDING),
      trials: run.trials.map((trial) => timesOf(trial, certified, unseenIs)),
      confidence,
    })
  const { verdict, over, total, effectiveTotal, lower, upper } = judgeTimes(null)
  const shown = { is: 'percentile', ...requests, confidence, over, total, effectiveTotal, lower, upper } as const
  const growingQueue = run.growingQueue ?? null
  if (growingQueue !== null && verdict !== 'fail') return say('inconclusive', { ...shown, growingQueue })
  const mayExceed = unseen !== null && verdict === 'pass' && judgeTimes(Infinity).verdict !== 'pass'
  return mayExceed
    ? say('inconclusive', { ...shown, growingQueue: null, unseen })
    : say(verdict, { ...shown, growingQueue: null })
}

/** Two tokens are not generated in one moment: a 0 of such a metric is a gap between events of one read. */
function showsItsPace(metric: Metric): boolean {
  return metric.kind === 'distribution' && metric.unseen?.why === 'no-pace'
}

/** The metric of a percentile that a share of the requests shows with confidence, because each has one such time; else null. */
function certifiedMetric({ metric, statistic }: Objective): SampleMetric | null {
  return metric.kind === 'distribution' && metric.evidence === 'requests' && isPercentile(statistic) ? metric : null
}

/**
 * One time a request, in arrival order: Infinity for one that failed, `unseenIs` for one that did not show its time. Null leaves
 * those out, as those always are that cannot have such a time.
 */
function timesOf(trial: readonly RequestRecord[], metric: SampleMetric, unseenIs: Ms | null): Ms[] {
  return trial.flatMap((record) => {
    if (record.outcome.status === 'failed') return Infinity
    return metric.samples(record)[0] ?? (unseenIs !== null && isUnseen(metric, record) ? unseenIs : [])
  })
}

/** Null when the run, or a trial of it, has no such value; Infinity when a failed request stands at that place. */
function observe({ metrics, trials }: JudgedRun, { metric, statistic }: Objective): number | null {
  const { completed, failed } = metrics
  if (metric.kind === 'number') return metric.of(metrics)
  const measured = metric.read(metrics, statistic)
  if (!metric.failedIsEndless || completed === 0) return measured
  if (metric.evidence === 'point') {
    return failed > 0 && Math.ceil(rankOf(statistic, completed + failed)) >= completed ? Infinity : measured
  }
  const times = trials.map((trial) => timesOf(trial, metric, null))
  if (isPercentile(statistic) && times.some(({ length }) => length === 0)) return null
  if (failed === 0) return measured
  const sorted = Float64Array.from(times.flat()).sort()
  if (sorted[0] === Infinity) return null
  const rank = rankOf(statistic, sorted.length)
  return sorted[Math.ceil(rank)] === Infinity ? Infinity : valueAtRank(sorted, rank)
}

/** Where among so many sorted values, from 0, a statistic stands. */
function rankOf(statistic: Statistic | null, count: number): number {
  return ((count - 1) * percentOf(statistic)) / 100
}
