import { MAX_CONNECTING } from '../client/http-transport.ts'
import type { ConnectionFacts } from '../client/transport.ts'
import { type ClientThread, type Crashed, startClientThread } from './client-thread.ts'
import { monotonicNow } from './monotonic.ts'
import { unpackRecords } from './packed-records.ts'
import { LEAD, partOf } from './part.ts'
import { createTally } from './progress.ts'
import type { HttpLoadOptions } from './run-http-load.ts'
import { type LoadResult, PROGRESS_INTERVAL } from './run-load.ts'
import type { Workload } from '../workload/workload.ts'
import type { PartResult, PartTask } from './thread-messages.ts'

/** What can be sent to another thread: no functions but those that are called here. */
export type ThreadedLoadOptions = Omit<HttpLoadOptions, 'retokenise' | 'part' | 'onRecord'>

/** Threads that send loads over HTTP, one load after the other. */
export interface ClientThreads {
  readonly count: number
  /**
   * As `runHttpLoad`: request i leaves from thread i modulo their number, when one thread would have sent it, and a limit of
   * concurrency holds over all of them, first come, first served.
   *
   * A thread that crashes ends the load: the records of the others come back, and `threads.crash` says of which, and why.
   */
  run(load: ThreadedLoadOptions): Promise<LoadResult>
  /** Ends them, and what they do. */
  close(): Promise<void>
}

/** At most `count`, each started when a load first has a request for it; all anew after a crash. */
export function createClientThreads(count: number): ClientThreads {
  const threads: ClientThread[] = []
  const close = async (): Promise<void> => {
    await Promise.all(threads.splice(0).map((thread) => thread.end()))
  }
  return {
    count,
    async run(load) {
      const needed = Math.min(count, load.workload.requests.length)
      while (threads.length < needed) threads.push(startClientThread(threads.length + 1))
      const result = await runInThreads(threads.slice(0, needed), load)
      if (result.threads?.crash !== null) await close()
      return result
    },
    close,
  }
}

async function runInThreads(threads: readonly ClientThread[], load: ThreadedLoadOptions): Promise<LoadResult> {
  const { workload, clockZero, signal } = load
  const { fill = 0 } = workload
  const tally = createTally(workload)
  const sent = threads.map(() => 0)
  const tellAll = (message: Parameters<ClientThread['tell']>[0]): void => {
    for (const thread of threads) thread.tell(message)
  }
  const abort = (): void => tellAll({ kind: 'abort' })
  let firstDueAt = Infinity
  const reportProgress = (): void => {
    const elapsedMs = Math.max(0, monotonicNow() - clockZero - firstDueAt)
    load.onProgress?.(tally.progress({ sent: sent.reduce((sum, one) => sum + one, 0), elapsedMs }))
  }

  const tasks = tasksOf(load, threads.length)
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
    return merge(outcomes, workload)
  } finally {
    clearInterval(ticker)
    signal?.removeEventListener('abort', abort)
  }
}

function tasksOf(options: ThreadedLoadOptions, of: number): PartTask[] {
  const { workload, protocol, fixedLength, failOtherLengths, timeouts, maxConcurrency } = options
  const wire = workload.requests.map((request, index) => options.toWireRequest(request, index))
  const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  // What all threads together ask of the server is what one would ask.
  const endpoint = {
    ...options.endpoint,
    connections: Math.ceil(options.endpoint.connections / of),
    connecting: Math.ceil((options.endpoint.connecting ?? MAX_CONNECTING) / of),
  }
  return Array.from({ length: of }, (_, first) => ({
    endpoint,
    clockZero: options.clockZero,
    first,
    of,
    ended,
    // A part counts from the start of the schedule: which requests fill the batch is known here.
    workload: {
      ...workload,
      fill: 0,
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

function merge(outcomes: readonly (PartResult | Crashed)[], { requests, fill = 0 }: Workload): LoadResult {
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
