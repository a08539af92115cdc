import { BenchError } from '../base/errors.ts'
import { checkNames, namesOf } from '../base/options.ts'
import { clopperPearson } from '../stats/clopper-pearson.ts'
import { designEffect } from '../stats/design-effect.ts'
import { quantile } from '../stats/quantile.ts'
import type { Ms } from '../base/units.ts'
import { percentileEvidence } from '../verdict/percentile-words.ts'

/** "At most 1 % of the requests take 400 ms or longer." */
export interface PercentileObjective {
  /** 99 for P99; between 0 and 100. */
  readonly percentile: number
  readonly limit: Ms
  /** One array a trial, in arrival order; a request that failed or timed out is Infinity. */
  readonly trials: readonly (readonly Ms[])[]
  /** Of each verdict; 0.95 unless told. Re-checked at up to 3 looks while trials are added: 1 - 0.05/3. */
  readonly confidence?: number
  /** Names the metric in the message: `TTFT`. */
  readonly metric?: string
}

export interface PercentileVerdict {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** Requests at or over the limit. */
  readonly over: number
  readonly total: number
  /** What `total` is worth in independent requests: total / design effect. */
  readonly effectiveTotal: number
  /** The share of requests over the limit is at most this, with the confidence asked for. */
  readonly upper: number
  /** The share of requests over the limit is at least this, with the confidence asked for. */
  readonly lower: number
  /** One line. */
  readonly message: string
}

/**
 * Whether a percentile keeps its limit, as a statement about a share: at most 1 - p of the requests take `limit` or
 * longer. Says `inconclusive` when the requests can show neither that nor the contrary.
 *
 *     level = min(limit, pooled quantile that the slowest 100 requests exceed, from P90 to the percentile itself)
 *     deff  = design effect of "slower than the level"    (src/stats/design-effect.ts)
 *     upper, lower = Clopper-Pearson of over/deff among total/deff
 *     pass if upper <= 1 - p; fail if lower > 1 - p; else inconclusive
 *
 * Clustering is measured at a level that enough requests exceed whatever the limit is: at the limit itself, those samples
 * would look least clustered that happen to have few requests over it.
 *
 * Exactly at its limit a system should pass in at most 5 % of the cases; docs/statistics.md has how often it does. A queue
 * that is empty in most runs and jams in a few cannot be known from few runs. A run whose queue was growing must not pass
 * whatever this says (`detectUnstableQueue`).
 *
 * Korn and Graubard, Survey Methodology 24 (1998), 193-201. BenchError `bad-slo` for an objective that makes no sense,
 * `no-data` without a request, for a trial without one, and for a value that is no time.
 */
export function judgePercentile(objective: PercentileObjective): PercentileVerdict {
  checkNames(objective, NAMES, OWNER)
  const { percentile, limit, trials, confidence = 0.95 } = objective
  checkObjective(percentile, limit, confidence)
  checkTrials(trials)
  const all = trials.flat()
  const total = all.length
  const over = all.filter((value) => value >= limit).length
  const level = clusteringLevel(all, objective)
  const deff = designEffect(trials.map((trial) => trial.map((value) => isLonger(value, level))))
  const { lower, upper } = clopperPearson(over / deff, total / deff, confidence)
  const allowed = (100 - percentile) / 100
  const verdict = upper <= allowed ? 'pass' : lower > allowed ? 'fail' : 'inconclusive'
  const found = { verdict, over, total, effectiveTotal: total / deff, upper, lower } as const
  return { ...found, message: messageOf({ ...objective, confidence }, found) }
}

/** `SLO PASS          P99 TTFT < 400 ms: 1 of 1000 over (worth 991 independent): at most 0.48% exceed it, 95% sure` */
function messageOf(
  { percentile, limit, metric, confidence }: PercentileObjective & { readonly confidence: number },
  found: Omit<PercentileVerdict, 'message'>,
): string {
  const name = metric === undefined ? '' : ` ${metric}`
  const word = `SLO ${found.verdict.toUpperCase()}`.padEnd(18)
  return `${word}P${percentile}${name} < ${limit} ms: ${percentileEvidence({ percentile, limit, confidence }, found)}`
}

const NAMES = namesOf<PercentileObjective>({
  percentile: true,
  limit: true,
  trials: true,
  confidence: true,
  metric: true,
})
const OWNER = {
  of: 'judgePercentile()',
  code: 'bad-slo',
  example: 'judgePercentile({ percentile: 99, limit: 400, trials: [[120, 95, 380]] })',
} as const

/** A time is the difference of two stamps, so that equal ones differ in their last digits: by less than any clock can tell. */
export const ROUNDING = 1e-9

/** Whether a time is longer than another by more than rounding, which would make equal times look clustered. */
function isLonger(value: Ms, than: Ms): boolean {
  return value > than * (1 + ROUNDING)
}

/** So many requests over the level show whether they come together. */
const OVER_LEVEL = 100

function clusteringLevel(values: readonly Ms[], { percentile, limit }: PercentileObjective): Ms {
  const allowed = (100 - percentile) / 100
  const share = Math.max(allowed, Math.min(0.1, OVER_LEVEL / values.length))
  const level = quantile(Float64Array.from(values).sort(), 1 - share)
  // Between or beside failed requests there is no number to interpolate.
  return Number.isFinite(level) ? Math.min(limit, level) : limit
}

function checkObjective(percentile: number, limit: Ms, confidence: number): void {
  const wrong = !(percentile > 0 && percentile < 100)
    ? `percentile is ${percentile}, not between 0 and 100`
    : !(limit > 0 && limit < Infinity)
      ? `limit is ${limit} ms, not above 0`
      : !(confidence >= 0.5 && confidence < 1)
        ? `confidence is ${confidence}, not from 0.5 to 1`
        : null
  if (wrong === null) return
  throw new BenchError(`The ${wrong}.`, { code: 'bad-slo', remedy: 'State for instance P99 < 400 ms at 0.95.' })
}

function checkTrials(trials: readonly (readonly Ms[])[]): void {
  if (trials.length === 0 || trials.some((trial) => trial.length === 0)) {
    throw new BenchError(trials.length === 0 ? 'There is no trial to judge.' : 'A trial has no request.', {
      code: 'no-data',
      remedy: 'Give each trial the time of every request it sent, Infinity for those that failed.',
    })
  }
  for (const [trial, values] of trials.entries()) {
    const request = values.findIndex((value) => !(value >= 0))
    if (request === -1) continue
    throw new BenchError(`Request ${request} of trial ${trial} took ${values[request]} ms.`, {
      code: 'no-data',
      remedy: 'A request that failed, or whose time is not known, is Infinity: it counts as over.',
    })
  }
}
