import { BenchError } from '../errors.ts'
import { clopperPearson } from '../stats/clopper-pearson.ts'
import { designEffect } from '../stats/design-effect.ts'
import { requestsForPercentile } from '../stats/min-requests.ts'
import { quantile } from '../stats/quantile.ts'
import type { Ms } from '../units.ts'

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
  const { percentile, limit, trials, confidence = 0.95 } = objective
  checkObjective(percentile, limit, confidence)
  checkTrials(trials)
  const all = trials.flat()
  const total = all.length
  const over = all.filter((value) => value >= limit).length
  const level = clusteringLevel(all, objective)
  const deff = designEffect(trials.map((trial) => trial.map((value) => value > level)))
  const { lower, upper } = clopperPearson(over / deff, total / deff, confidence)
  const allowed = (100 - percentile) / 100
  const verdict = upper <= allowed ? 'pass' : lower > allowed ? 'fail' : 'inconclusive'
  const found = { over, total, effectiveTotal: total / deff, upper, lower }
  return { verdict, ...found, message: describe(verdict, { ...objective, confidence }, found) }
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

type Found = Omit<PercentileVerdict, 'verdict' | 'message'>
type Stated = PercentileObjective & { readonly confidence: number }

function describe(verdict: PercentileVerdict['verdict'], objective: Stated, found: Found): string {
  const { percentile, limit, metric, confidence } = objective
  const { over, total, effectiveTotal, upper, lower } = found
  const name = metric === undefined ? '' : ` ${metric}`
  const clustered = total > effectiveTotal
  const worth = clustered ? ` (worth ${counted(effectiveTotal)}${verdict === 'pass' ? ' independent' : ''})` : ''
  const line = `${`SLO ${verdict.toUpperCase()}`.padEnd(18)}P${percentile}${name} < ${limit} ms: ${over} of ${total} over${worth}`
  const allowed = (100 - percentile) / 100
  const sure = `${digits(confidence * 100, 4)}% sure`
  if (verdict === 'pass') return `${line}: at most ${percent(upper, allowed)} exceed it, ${sure}`
  if (verdict === 'fail') return `${line}: at least ${percent(lower, allowed)} exceed it, ${sure}`

  const needed = requestsForPercentile(percentile / 100, 0, confidence)
  const settling = requestsToPass(objective, found)
  if (total >= needed) return `${line}: up to ${percent(upper, allowed)} may exceed it; ${settlingText(settling)}`
  const shown = Math.floor((1 - upper) * 100)
  const floor = shown > 0 ? `P${shown} < ${limit} ms, ${sure}` : `up to ${percent(upper, allowed)} may exceed it`
  const more = over > 0 || clustered ? `; ${settlingText(settling)}` : ''
  return `${line}: ${total} requests cannot show a P${percentile} (needs ${needed}); ${floor}${more}`
}

/** Beyond it nobody measures. */
const MOST_REQUESTS = 1e7

/**
 * The requests in all with which the objective would pass if `over / total` and the design effect stayed as they are;
 * null when no number would.
 */
function requestsToPass({ percentile, confidence }: Stated, { over, total, effectiveTotal }: Found): number | null {
  const allowed = (100 - percentile) / 100
  if (over / total >= allowed) return null
  const passes = (requests: number): boolean => {
    const effective = (requests * effectiveTotal) / total
    return clopperPearson((effective * over) / total, effective, confidence).upper <= allowed
  }
  let low = total
  let high = total * 2
  while (high < MOST_REQUESTS && !passes(high)) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) high = middle
    else low = middle
  }
  return high
}

function settlingText(requests: number | null): string {
  if (requests === null) return 'more requests would never pass it at this rate'
  // To three digits, upwards: the estimate is no better.
  const step = 10 ** Math.max(0, Math.floor(Math.log10(requests)) - 2)
  return requests >= MOST_REQUESTS
    ? `over ${counted(MOST_REQUESTS)} requests would settle it at this rate`
    : `about ${counted(Math.ceil(requests / step) * step)} requests would settle it at this rate`
}

function counted(value: number): string {
  return (value < 10 ? Number(value.toFixed(1)) : Math.floor(value)).toLocaleString('en-US')
}

/** Two digits, unless they would make a bound look like the share it is compared with. */
function percent(share: number, allowed: number): string {
  const short = digits(share * 100, 2)
  return `${short === digits(allowed * 100, 4) ? digits(share * 100, 4) : short}%`
}

function digits(value: number, count: number): string {
  return String(Number(value.toPrecision(count)))
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
