import type { CancelTimer, Clock } from '../base/clock.ts'
import { type Exchange, startExchange } from '../client/exchange.ts'
import type { ConnectionFacts, Transport } from '../client/transport.ts'
import { BenchError } from '../base/errors.ts'
import { createDecoder } from '../protocol/index.ts'
import type { RequestRecord } from '../record.ts'
import type { Ms } from '../base/units.ts'
import { drive } from './drive.ts'
import { type PlannedLoad, timeoutsOf } from './load-plan.ts'
import { type Part, wholeLoad } from './part.ts'
import { createTally, type Progress } from './progress.ts'
import { watchThread } from './thread-use.ts'

/** Each request's connection is open so long before it is due: time enough to open one to a distant server, TLS included. */
const OPEN_AHEAD: Ms = 250
/** How far each look ahead goes: looks are `LOOK_AHEAD - OPEN_AHEAD` apart at the least. */
const LOOK_AHEAD: Ms = 500
/** A server need not hold more idle connections than this for us. */
const MAX_SPARE = 1024

/** Of the wall clock, in virtual time as well: it is a person who reads it. */
export const PROGRESS_INTERVAL: Ms = 1000

/** What listens to a load, and may end it. */
export interface RunHooks {
  /** Where only a part of a load is sent: the plan holds its requests only, and the limit of all parts. Default: all of it. */
  readonly part?: Part
  /** Ends the run at once, with what was measured so far. */
  readonly signal?: AbortSignal | undefined
  /** When a request has ended. */
  onRecord?(record: RequestRecord): void
  /** About once a second of the wall clock, and once at the end. */
  onProgress?(progress: Progress): void
}

export interface RunOptions extends RunHooks {
  readonly clock: Clock
  /** Stays open: closing it is for whoever opened it. */
  readonly transport: Transport
}

export interface LoadResult {
  /** Of every request that was started, in schedule order. */
  readonly records: readonly RequestRecord[]
  /** Requests of the plan that were not started because the run was aborted. */
  readonly unsent: number
  readonly aborted: boolean
  /** Of the transport since it was opened; null where there are no sockets. */
  readonly connections: ConnectionFacts | null
  /** Share of the run in which the client's thread was at work, 0 to 1; null in virtual time. */
  readonly utilisation: number | null
  /** Those that sent it, and the first that crashed; absent where the caller's own thread sent it. */
  readonly threads?: { readonly count: number; readonly crash: Crash | null }
}

/** Of a thread that sent a part of a load. */
export interface Crash {
  /** From 1. */
  readonly thread: number
  readonly reason: string
}

/**
 * Sends every request of a plan when it is due and waits until the last one has ended.
 *
 * Open loop: due times are absolute and never wait for the server. Under `maxConcurrency` a due request waits for a
 * free slot, first come first served, and its latency still counts from when it was due: everything due at once with a
 * limit is the classic closed loop.
 *
 * Requests that fail are records, too. Throws BenchError `bad-load` on a limit that is not a positive integer.
 */
export async function runLoad(plan: PlannedLoad, options: RunOptions): Promise<LoadResult> {
  const { requests, offsets, fill, protocol, fixedLength, failOtherLengths } = plan
  const { clock, transport, signal } = options
  const timeouts = timeoutsOf(plan)
  const limit = checkedLimit(plan.maxConcurrency)
  const total = requests.length
  const records: RequestRecord[] = []
  const inFlight = new Set<Exchange>()
  const tally = createTally(plan)
  const part = options.part ?? wholeLoad(clock)
  /** Of what all parts may do, what this one may. */
  const ownShare = (ofAll: number): number => Math.ceil(ofAll / part.of)
  const most = ownShare(Math.min(MAX_SPARE, limit))
  await transport.prepare(Math.min(most, offsets.filter((at) => at <= LOOK_AHEAD).length))
  const firstDueAt = await part.start()
  const utilisation = watchThread(clock)
  let toSend = total
  let next = 0
  /** Connections are kept for those before it. */
  let soon = 0
  let ended = 0
  let aborted = false
  let isSending = false
  let cancelTimer: CancelTimer | null = null
  let cancelLook: CancelTimer | null = null
  let finish: (() => void) | null = null

  const dueAt = (position: number): Ms => firstDueAt + offsets[position]!
  /** In the whole schedule. */
  const indexOf = (position: number): number => part.first + position * part.of
  /** First come, first served over all parts: a request goes when less than `limit` of those before it have not ended. */
  const slots = (endedOfAll: number): number => limit - (indexOf(next) - endedOfAll)

  /** Connections for what comes next, so that connecting is in nobody's latency. */
  const keepSpare = (until?: Ms): void => {
    const wanted = Math.min(soon, toSend) - next
    void transport.prepare(Math.max(0, Math.min(most, ownShare(slots(part.ended.value())), wanted)), until)
  }

  /** On time for whoever comes next, however long the gap: a server drops connections that idle. */
  const lookAhead = (): void => {
    const until = clock.now() + LOOK_AHEAD
    while (soon < toSend && dueAt(soon) <= until) soon++
    keepSpare(until)
    if (soon < toSend) cancelLook = clock.at(dueAt(soon) - OPEN_AHEAD, lookAhead)
  }

  const send = (position: number): void => {
    const request = requests[position]!
    let exchange: Exchange | null = null
    exchange = startExchange({
      clock,
      transport,
      protocol,
      fixedLength,
      failOtherLengths,
      timeouts,
      decoder: createDecoder(protocol, { keepText: false, prompt: request.prompt }),
      index: indexOf(position) - fill,
      request: request.wire,
      dueAt: dueAt(position),
      promptTokens: request.promptTokens,
      requestedOutputTokens: request.outputTokens,
      onDone(record) {
        records[position] = record
        ended++
        part.ended.add()
        tally.add(record)
        options.onRecord?.(record)
        if (exchange !== null) inFlight.delete(exchange)
        if (!isSending) sendDue()
      },
    })
    if (records[position] === undefined) inFlight.add(exchange)
  }

  const sendDue = (): void => {
    isSending = true
    while (next < toSend && slots(part.ended.value()) > 0 && dueAt(next) <= clock.now()) send(next++)
    isSending = false
    keepSpare()
    cancelTimer?.()
    const endedOfAll = part.ended.value()
    if (next === toSend) {
      if (ended === next) finish?.()
    } else if (slots(endedOfAll) > 0) {
      cancelTimer = clock.at(dueAt(next), sendDue)
    } else {
      part.ended.whenMore(endedOfAll, sendDue)
    }
  }

  const abort = (): void => {
    aborted = true
    toSend = next
    cancelLook?.()
    for (const exchange of inFlight) exchange.abort()
    sendDue()
  }

  const reportProgress = (): void => {
    options.onProgress?.(tally.progress({ sent: next, elapsedMs: Math.max(0, clock.now() - firstDueAt) }))
  }

  const ticker = setInterval(reportProgress, PROGRESS_INTERVAL)
  signal?.addEventListener('abort', abort)
  try {
    await drive(clock, (done) => {
      finish = done
      if (signal?.aborted === true) return abort()
      lookAhead()
      sendDue()
    })
  } finally {
    clearInterval(ticker)
    signal?.removeEventListener('abort', abort)
  }
  reportProgress()
  return {
    records,
    unsent: total - next,
    aborted,
    connections: transport.connections(),
    utilisation: utilisation(),
  }
}

function checkedLimit(maxConcurrency: number | null): number {
  if (maxConcurrency === null) return Infinity
  if (Number.isInteger(maxConcurrency) && maxConcurrency > 0) return maxConcurrency
  throw new BenchError(`maxConcurrency is ${maxConcurrency}.`, {
    code: 'bad-load',
    remedy: 'Give a positive integer, or null for no limit.',
  })
}
