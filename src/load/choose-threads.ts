import type { TransportName } from '../client/create-transport.ts'
import { MS_PER_SECOND, type Ms, type PerSecond, type Tokens } from '../base/units.ts'
import type { Workload } from '../workload/workload.ts'

/** CPU of an event that arrives alone, and of a request, on a slow core of 2020: docs/performance.md. */
const EVENT_COST: Readonly<Record<TransportName, Ms>> = { http: 0.016, undici: 0.024 }
const REQUEST_COST: Ms = 0.3
/** On two cores, one thread at up to 0.6 of one was no less accurate than two, and cost less CPU: docs/performance.md. */
const MOST_BUSY = 0.5
/** Nobody knows beforehand how fast a server is. Engines under load give a stream less than this. */
const STREAM_RATE: PerSecond = 50

/** What a thread has to do of a load. */
export type ThreadedLoad = Pick<Workload, 'requests' | 'offsets'>

export interface ThreadLimits {
  readonly maxConcurrency: number | null
  readonly cores: number
  readonly transport: TransportName
}

/**
 * How many threads send a load: so many that by estimate none is at work for more than half of the time. One core is left to
 * what else there is to do (V8's own threads, the kernel, a server on the same machine), unless the load needs it.
 *
 * The estimate takes one event a token, as many tokens as the schedule asks for, and no stream faster than 50 tokens a second.
 */
export function chooseThreads(
  { requests, offsets }: ThreadedLoad,
  { maxConcurrency, cores, transport }: ThreadLimits,
): number {
  const tokens = requests.reduce((sum, { outputTokens }): Tokens => sum + outputTokens, 0)
  const seconds = (offsets.at(-1) ?? 0) / MS_PER_SECOND
  const streams = Math.min(requests.length, maxConcurrency ?? Infinity)
  const tokenRate: PerSecond = Math.min(streams * STREAM_RATE, tokens / seconds)
  const requestRate: PerSecond = (tokenRate * requests.length) / tokens
  const busy = (tokenRate * EVENT_COST[transport] + requestRate * REQUEST_COST) / MS_PER_SECOND
  const most = busy < cores - 1 ? cores - 1 : cores
  return Math.min(most, Math.max(1, Math.ceil(busy / MOST_BUSY)))
}
