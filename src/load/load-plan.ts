import type { Route, TransportName } from '../client/create-transport.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../client/timeouts.ts'
import type { WireRequest } from '../client/transport.ts'
import type { ProtocolId } from '../protocol/protocols.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import type { Ms } from '../base/units.ts'
import type { PromptRequest, Workload } from '../workload/workload.ts'

/**
 * One load as plain data, the same whoever sends it: it can be cloned for another thread and written as JSON for another machine.
 * It holds the headers of the requests, and so credentials: never print it.
 */
export interface LoadPlan {
  readonly endpoint: LoadEndpoint
  /** In the order of the schedule. */
  readonly requests: readonly PlannedRequest[]
  /** When each request is due, ms after the first one's due time, ascending. */
  readonly offsets: readonly Ms[]
  /** So many at the head fill the server's batch and are not measured. */
  readonly fill: number
  readonly protocol: ProtocolId
  /** The requests ask for exactly as many tokens as `outputTokens` says. */
  readonly fixedLength: boolean
  /** An answer of another length than was asked for fails, where its length is known and not estimated. */
  readonly failOtherLengths: boolean
  readonly timeouts: PlannedTimeouts
  /** Most requests in flight; null for no limit. */
  readonly maxConcurrency: number | null
}

/** A load without its server: what is sent, and when. */
export type PlannedLoad = Omit<LoadPlan, 'endpoint'>

export interface PlannedRequest extends Pick<PromptRequest, 'prompt' | 'promptTokens' | 'outputTokens'> {
  readonly wire: WireRequest
}

/** As `Timeouts`; null switches one off, because JSON has no `Infinity`. */
type PlannedTimeouts = { readonly [Name in keyof Timeouts]: Ms | null }

/** Where a load goes. */
export type LoadEndpoint =
  | ServerEndpoint
  /** An engine that is new in each load. The same seed gives the same answers at the same times. */
  | { readonly kind: 'simulated'; readonly profile: EngineProfile; readonly seed: number }

export interface ServerEndpoint extends Route {
  readonly kind: 'url'
  readonly transport: TransportName
}

/** What a plan is made from. Default: no limit, `DEFAULT_TIMEOUTS`, and other lengths do not fail. */
export interface PlanOptions extends Pick<LoadPlan, 'protocol' | 'fixedLength'> {
  readonly workload: Pick<Workload, 'requests' | 'offsets' | 'fill'>
  toWireRequest(request: PromptRequest, index: number): WireRequest
  readonly failOtherLengths?: boolean
  /** `Infinity` switches one off. */
  readonly timeouts?: Timeouts
  readonly maxConcurrency?: number | null
}

/** The requests of a workload as they go on the wire. */
export function planLoad({
  workload,
  toWireRequest,
  timeouts = DEFAULT_TIMEOUTS,
  ...options
}: PlanOptions): PlannedLoad {
  const orNull = (time: Ms): Ms | null => (time === Infinity ? null : time)
  return {
    requests: workload.requests.map((request, index) => {
      const { prompt, promptTokens, outputTokens } = request
      return { prompt, promptTokens, outputTokens, wire: toWireRequest(request, index) }
    }),
    offsets: workload.offsets,
    fill: workload.fill ?? 0,
    protocol: options.protocol,
    fixedLength: options.fixedLength,
    failOtherLengths: options.failOtherLengths ?? false,
    timeouts: {
      connect: orNull(timeouts.connect),
      firstByte: orNull(timeouts.firstByte),
      idle: orNull(timeouts.idle),
      total: orNull(timeouts.total),
    },
    maxConcurrency: options.maxConcurrency ?? null,
  }
}

/** The time-outs of a plan as numbers again. */
export function timeoutsOf({ timeouts }: Pick<LoadPlan, 'timeouts'>): Timeouts {
  const { connect, firstByte, idle, total } = timeouts
  return {
    connect: connect ?? Infinity,
    firstByte: firstByte ?? Infinity,
    idle: idle ?? Infinity,
    total: total ?? Infinity,
  }
}
