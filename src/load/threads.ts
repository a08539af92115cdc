import type { Ms } from '../base/units.ts'
import { sumConnections } from '../client/sum-connections.ts'
import type { ConnectionFacts } from '../client/transport.ts'
import { calibrate } from './calibration/calibrate.ts'
import { type ClientThread, type Crashed, type PartResult, type PartTask, startClientThread } from './client-thread.ts'
import type { LoadGenerator, LoadHooks } from './load-generator.ts'
import type { LoadPlan } from './load-plan.ts'
import { monotonicNow } from './monotonic.ts'
import { unpackRecords } from './packed-records.ts'
import { LEAD, partOf } from './part.ts'
import { createTally } from './progress.ts'
import { createRealClock } from './real-clock.ts'
import { type LoadResult, PROGRESS_INTERVAL } from './run-load.ts'
import { watchLoad } from './watch-load.ts'

/**
 * Sends loads from so many threads, each started when a load first has a request for it; all anew after a crash. Request i leaves
 * from thread i modulo their number, when one thread would have sent it, and a limit of concurrency holds over all of them,
 * first come, first served.
 *
 * A thread that crashes ends the load: the records of the others come back, and `threads.crash` says of which, and why.
 */
export function openThreads(lanes: number): LoadGenerator {
  const threads: ClientThread[] = []
  const close = async (): Promise<void> => {
    await Promise.all(threads.splice(0).map((thread) => thread.end()))
  }
  const send: LoadGenerator['send'] = async (plan, { clockZero = monotonicNow(), ...hooks } = {}) => {
    const needed = Math.min(lanes, plan.requests.length)
    while (threads.length < needed) threads.push(startClientThread(threads.length + 1))
    const result = await watchLoad(createRealClock(clockZero), null, hooks, (onProgress) =>
      sendFrom(threads.slice(0, needed), plan, clockZero, { ...hooks, onProgress }),
    )
    if (result.threads?.crash !== null) await close()
    return result
  }
  return { lanes, send, calibrate: (...load) => calibrate(send, ...load), close }
}

async function sendFrom(
  threads: readonly ClientThread[],
  plan: LoadPlan,
  clockZero: Ms,
  { signal, onProgress }: LoadHooks,
): Promise<LoadResult> {
  const { fill } = plan
  const tally = createTally(plan)
  const sent = threads.map(() => 0)
  const tellAll = (message: Parameters<ClientThread['tell']>[0]): void => {
    for (const thread of threads) thread.tell(message)
  }
  const abort = (): void => tellAll({ kind: 'abort' })
  let firstDueAt = Infinity
  const reportProgress = (): void => {
    const elapsedMs = Math.max(0, monotonicNow() - clockZero - firstDueAt)
    onProgress?.(tally.progress({ sent: sent.reduce((sum, one) => sum + one, 0), elapsedMs }))
  }

  const tasks = tasksOf(plan, clockZero, threads.length)
  const parts = threads.map((thread, i) =>
    thread.prepare(tasks[i]!, (progress) => {
      sent[i] = progress.sent
      for (const ended of progress.ended) tally.add({ ...ended, index: ended.index - fill })
    }),
  )
  const ticker = setInterval(reportProgress, PROGRESS_INTERVAL)
  signal?.addEventListener('abort', abort)
  try {
    if (signal?.aborted === true) abort()
    await Promise.all(parts.map(({ ready }) => ready))
    firstDueAt = monotonicNow() - clockZero + LEAD
    tellAll({ kind: 'start', firstDueAt })
    const outcomes = await Promise.all(
      parts.map(async ({ outcome }) => {
        if ((await outcome).kind === 'crashed') abort()
        return outcome
      }),
    )
    reportProgress()
    return merge(outcomes, plan)
  } finally {
    clearInterval(ticker)
    signal?.removeEventListener('abort', abort)
  }
}

function tasksOf(plan: LoadPlan, clockZero: Ms, of: number): PartTask[] {
  const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  return Array.from({ length: of }, (_, first) => {
    const requests = partOf(plan.requests, { first, of })
    const offsets = partOf(plan.offsets, { first, of })
    return { plan: { ...plan, requests, offsets, fill: 0 }, clockZero, first, of, ended }
  })
}

function merge(outcomes: readonly (PartResult | Crashed)[], { requests, fill }: LoadPlan): LoadResult {
  const results = outcomes.filter((outcome) => outcome.kind === 'result')
  const crash = outcomes.find((outcome) => outcome.kind === 'crashed')
  const records = results
    .flatMap(({ packed }) => unpackRecords(packed))
    .map((record) => ({ ...record, index: record.index - fill }))
    .sort((a, b) => a.index - b.index)
  return {
    records,
    unsent: requests.length - records.length,
    aborted: results.some(({ aborted }) => aborted) || crash !== undefined,
    utilisation: busiest(results.flatMap(({ utilisation }) => utilisation ?? [])),
    connections: mergeConnections(results.flatMap(({ connections }) => connections ?? [])),
    threads: {
      count: outcomes.length,
      crash: crash === undefined ? null : { thread: crash.thread, reason: crash.reason },
    },
  }
}

function mergeConnections(all: readonly ConnectionFacts[]): ConnectionFacts {
  return { ...sumConnections(all), connectMs: all.flatMap(({ connectMs }) => connectMs) }
}

/** The thread that was nearest to its limit. */
function busiest(shares: readonly number[]): number | null {
  return shares.length === 0 ? null : Math.max(...shares)
}
