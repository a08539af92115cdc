import { decodeRequests } from '../metrics/columns.ts'
import { countsThisRun } from '../doubts/server-client-mismatch.ts'
import { formatValue } from '../metrics/format-value.ts'
import { ttft } from '../metrics/ttft.ts'
import type { CaseReport, Telemetry, Trial } from '../report.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'

/** What an explanation rests on, for each trial of a case. */
export type ExplainedTrial = Pick<Trial, 'trial' | 'metrics' | 'validity' | 'requests' | 'series' | 'telemetry'>

const SLOWEST = 5

/** A sample of the server's queue that is further away from a request says nothing of it. */
const NEAR: Ms = 2000

/** Share of a KV cache: a single long prompt may fill the rest. */
const FULL = 0.95

/** Fewer samples say too little of the mean of a queue. */
const MIN_SAMPLES = 10

/**
 * Where an objective of TTFT is broken, the last of them says where the time went, if the server tells, and in further
 * lines which requests waited longest.
 */
export function withTtftExplained({ trials }: Pick<CaseReport, 'trials'>, verdicts: readonly Verdict[]): Verdict[] {
  const last = verdicts.findLast(
    (verdict) => verdict.kind === 'objective' && verdict.metric === ttft.id && verdict.verdict === 'fail',
  )
  return verdicts.map((verdict) =>
    verdict === last && verdict.kind === 'objective'
      ? { ...verdict, explanation: { shares: ttftShares(trials), slowest: slowestFirstTokens(trials) } }
      : verdict,
  )
}

/**
 * `of the mean TTFT (412 ms) 71 % server queue, 22 % prefill, 7 % network and client`.
 *
 * Shares of means, because means add up and percentiles do not. "Network and client" is what the client saw, from the due
 * time, beyond the server's own TTFT.
 *
 * A server that does not tell how long requests queue, but how many, is taken by Little's law: mean wait = mean length *
 * duration / requests, and the text says so. Requests that were preempted wait in that number once more, so it is an upper
 * bound where there may be some.
 *
 * Null where the server tells nothing of this, or counted the requests of others, too.
 */
export function ttftShares(trials: readonly ExplainedTrial[]): string | null {
  if (trials.some(isUsedByOthers)) return null
  const mean = meanOver(trials, ({ metrics: { ttft } }) => ttft && { meanMs: ttft.mean, count: ttft.count })
  const ttftMs = meanOver(trials, ({ telemetry }) => telemetry?.histograms.ttft ?? null)
  const toldQueueMs = meanOver(trials, ({ telemetry }) => telemetry?.histograms.queueTime ?? null)
  const prefillMs = meanOver(trials, ({ telemetry }) => telemetry?.histograms.prefillTime ?? null)
  const queueMs = toldQueueMs ?? meanOver(trials, queueByLength)
  if (mean === null || queueMs === null) return null
  // A clock that runs a little faster than ours must not make a share of more than everything.
  const whole = Math.max(mean, ttftMs ?? 0)
  // Mostly preempted requests, then: it says nothing of the first tokens.
  if (queueMs > whole) return null
  const percent = (ms: Ms): number => Math.round((100 * ms) / whole)
  const queue = `${percent(queueMs)} % server queue`
  const byLength = `${trials.some(mayHavePreempted) ? 'up to' : 'about'} ${queue} (by its length)`
  const others = [
    { share: percent(prefillMs ?? 0), what: 'prefill' },
    {
      share: ttftMs === null ? 0 : percent(ttftMs - queueMs - (prefillMs ?? 0)),
      what: prefillMs === null ? 'prefill and the rest of the server' : 'the rest of the server',
    },
    { share: ttftMs === null ? 0 : percent(whole - ttftMs), what: 'network and client' },
  ]
  return [
    `of the mean TTFT (${formatValue(mean, 'ms')}) ${toldQueueMs === null ? byLength : queue}`,
    ...others.filter(({ share }) => share > 0).map(({ share, what }) => `${share} % ${what}`),
  ].join(', ')
}

/** A full cache is why requests are preempted; some servers count how many were. */
function mayHavePreempted({ telemetry }: ExplainedTrial): boolean {
  const preempted = telemetry?.samples.preemptions?.at(-1)
  return preempted === undefined || preempted === null
    ? (telemetry?.summary.kvCacheUse?.max ?? 1) > FULL
    : preempted > 0
}

/** The server also counted those that filled the batch. */
function isUsedByOthers({ requests, telemetry }: ExplainedTrial): boolean {
  const told = telemetry?.histograms.ttft ?? telemetry?.histograms.queueTime
  return told !== undefined && told !== null && !countsThisRun(told.count, requests.count - requests.failures.length)
}

interface Mean {
  readonly meanMs: Ms
  readonly count: number
}

/** Of all observations; null as soon as a trial has none. */
function meanOver<T>(trials: readonly T[], pick: (trial: T) => Mean | null): Ms | null {
  const means = trials.map(pick).filter((mean) => mean !== null)
  const count = means.reduce((sum, mean) => sum + mean.count, 0)
  if (means.length < trials.length || count === 0) return null
  return means.reduce((sum, mean) => sum + mean.meanMs * mean.count, 0) / count
}

function queueByLength({ telemetry, metrics: { completed, failed, durationMs } }: ExplainedTrial): Mean | null {
  if (telemetry === null || telemetry.summary.waiting === null || telemetry.samples.at.length < MIN_SAMPLES) return null
  const count = completed + failed
  return { meanMs: (telemetry.summary.waiting.mean * durationMs) / count, count }
}

/**
 * The five completed requests that waited longest for their first token, with what the run looked like when they were
 * due. A line each, with a heading; none without a completed request.
 *
 *     slowest first tokens, with what was going on when they were due
 *       request 812   53.1 s   304 prompt tokens   437 in flight   323 waiting in the server
 */
export function slowestFirstTokens(trials: readonly ExplainedTrial[]): string[] {
  const slowest = trials
    .flatMap((trial) => requestsOf(trial))
    .sort((a, b) => b.ttft - a.ttft)
    .slice(0, SLOWEST)
  if (slowest.length === 0) return []
  const rows = slowest.map(({ trial, index, ttft, promptTokens, inFlight, waiting }) => [
    trials.length > 1 ? `request ${index} of trial ${trial}` : `request ${index}`,
    formatValue(ttft, 'ms'),
    `${promptTokens ?? '?'} prompt tokens`,
    inFlight === null ? '' : `${inFlight} in flight`,
    waiting === null ? '' : `${waiting} waiting in the server`,
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return [
    'slowest first tokens, with what was going on when they were due',
    ...rows.map((row) => `  ${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('   ')}`.trimEnd()),
  ]
}

interface AnsweredRequest {
  readonly trial: number
  readonly index: number
  readonly ttft: Ms
  readonly promptTokens: number | null
  /** Most within the second in which it was due. */
  readonly inFlight: number | null
  readonly waiting: number | null
}

/** Of the measured ones; series and telemetry begin with those that filled the batch. */
function requestsOf({ trial, validity, requests, series, telemetry }: ExplainedTrial): AnsweredRequest[] {
  const { trimmed } = validity.warmup
  const { ttft, dueAt, promptTokens } = decodeRequests(requests)
  const firstDueAt = dueAt.reduce((a, b) => Math.min(a, b), Infinity)
  return ttft
    .flatMap((value, index) => (value === null || index < trimmed ? [] : [{ index, value }]))
    .sort((a, b) => b.value - a.value)
    .slice(0, SLOWEST)
    .map(({ index, value }) => {
      const at = (dueAt[index] ?? 0) - firstDueAt
      return {
        trial,
        index: index - trimmed,
        ttft: value,
        promptTokens: promptTokens[index] ?? null,
        inFlight: series.inFlight[Math.floor(at / MS_PER_SECOND)] ?? null,
        waiting: telemetry === null ? null : waitingAt(telemetry.samples, at),
      }
    })
}

/** The server's queue as it told nearest in time; null where no sample is near. */
function waitingAt({ at, waiting }: Pick<Telemetry['samples'], 'at' | 'waiting'>, time: Ms): number | null {
  const distance = at.map((each) => Math.abs(each - time))
  const nearest = distance.reduce((a, b) => Math.min(a, b), Infinity)
  return nearest > NEAR ? null : (waiting?.[distance.indexOf(nearest)] ?? null)
}
