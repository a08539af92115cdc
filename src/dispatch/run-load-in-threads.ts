import type { ConnectionFacts } from '../client/transport.ts'
import type { Ms } from '../units.ts'
import { type Crashed, startClientThread } from './client-thread.ts'
import { monotonicNow } from './monotonic.ts'
import { unpackRecords } from './packed-records.ts'
import { LEAD, partOf } from './part.ts'
import { createTally } from './progress.ts'
import { type LoadOptions, type LoadResult, PROGRESS_INTERVAL } from './run-load.ts'
import type { HttpEndpoint, ThreadResult, ThreadTask, ToThread } from './thread-messages.ts'

export interface ThreadedLoadOptions extends Omit<
  LoadOptions,
  'clock' | 'transport' | 'retokenise' | 'part' | 'onRecord'
> {
  /** At most so many are started: one has at least one request. */
  readonly threads: number
  readonly endpoint: HttpEndpoint
  /** Zero of the run clock, on the machine's monotonic clock. */
  readonly clockZero: Ms
}

/**
 * `runLoad` over HTTP from several threads: request i leaves from thread i modulo their number, when one thread would have
 * sent it, and a limit of concurrency holds over all of them, first come, first served.
 *
 * A thread that crashes ends the load: the records of the others come back, and `threads.crash` says of which, and why. No
 * thread outlives the call.
 */
export async function runLoadInThreads(options: ThreadedLoadOptions): Promise<LoadResult> {
  const { workload, clockZero, signal } = options
  const total = workload.requests.length
  const count = Math.min(options.threads, total)
  const tally = createTally()
  const sent = Array<number>(count).fill(0)
  const threads = tasksOf(options, count).map((task) =>
    startClientThread(task, (progress) => {
      sent[task.first] = progress.sent
      for (const ended of progress.ended) tally.add(ended)
    }),
  )
  const tellAll = (message: ToThread): void => {
    for (const thread of threads) thread.tell(message)
  }
  const abort = (): void => tellAll({ kind: 'abort' })
  let firstDueAt = Infinity
  const reportProgress = (): void => {
    const elapsedMs = Math.max(0, monotonicNow() - clockZero - firstDueAt)
    options.onProgress?.(tally.progress({ sent: sent.reduce((sum, one) => sum + one, 0), total, elapsedMs }))
  }
  const ticker = setInterval(reportProgress, PROGRESS_INTERVAL)
  signal?.addEventListener('abort', abort)
  try {
    if (signal?.aborted === true) abort()
    await Promise.all(threads.map(({ ready }) => ready))
    firstDueAt = monotonicNow() - clockZero + LEAD
    tellAll({ kind: 'start', firstDueAt })
    const outcomes = await Promise.all(
      threads.map(async ({ outcome }) => {
        if ((await outcome).kind === 'crashed') abort()
        return outcome
      }),
    )
    reportProgress()
    return merge(outcomes, total)
  } finally {
    clearInterval(ticker)
    signal?.removeEventListener('abort', abort)
    await Promise.all(threads.map((thread) => thread.end()))
  }
}

function tasksOf(options: ThreadedLoadOptions, of: number): ThreadTask[] {
  const { workload, protocol, fixedLength, failOtherLengths, timeouts, maxConcurrency } = options
  const wire = workload.requests.map((request, index) => options.toWireRequest(request, index))
  const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const connections = Math.ceil(options.endpoint.connections / of)
  return Array.from({ length: of }, (_, first) => ({
    endpoint: { ...options.endpoint, connections },
    clockZero: options.clockZero,
    first,
    of,
    ended,
    workload: {
      ...workload,
      requests: partOf(workload.requests, { first, of }),
      offsets: partOf(workload.offsets, { first, of }),
    },
    wire: partOf(wire, { first, of }),
    protocol,
    fixedLength,
    ...(failOtherLengths === undefined ? {} : { failOtherLengths }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  }))
}

function merge(outcomes: readonly (ThreadResult | Crashed)[], total: number): LoadResult {
  const results = outcomes.filter((outcome) => outcome.kind === 'result')
  const crash = outcomes.find((outcome) => outcome.kind === 'crashed')
  const records = results.flatMap(({ packed }) => unpackRecords(packed)).sort((a, b) => a.index - b.index)
  return {
    records,
    unsent: total - records.length,
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
  const sum = (pick: (facts: ConnectionFacts) => number): number => all.reduce((total, each) => total + pick(each), 0)
  return {
    opened: sum(({ opened }) => opened),
    reused: sum(({ reused }) => reused),
    resent: sum(({ resent }) => resent),
    connectMs: all.flatMap(({ connectMs }) => connectMs),
  }
}

/** The thread that was nearest to its limit. */
function busiest(shares: readonly number[]): number | null {
  return shares.length === 0 ? null : Math.max(...shares)
}
