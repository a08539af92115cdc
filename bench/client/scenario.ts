import type { Ms, PerSecond, Tokens } from '../../src/base/units.ts'

/** Whose cost and error is measured: ours, ours over undici's `dispatch`, and what one would write without us. */
export type ClientName = 'ours' | 'undici' | 'fetch' | 'http'

/** What one child process measures. */
export interface Scenario {
  readonly client: ClientName
  /** Base URL of the reference server. */
  readonly url: string
  readonly streams: number
  readonly tokens: Tokens
  /** Events a second on each stream; 0 for a flood. */
  readonly rate: PerSecond
  /** The streams start evenly over this time. */
  readonly rampMs: Ms
  /** As in a load; only ours has any. */
  readonly threads: number
  /** Done once, unmeasured, before. */
  readonly warmUpTokens: Tokens
}

/** Quantiles in ms. */
export interface Spread {
  readonly p50: Ms
  readonly p99: Ms
  readonly max: Ms
}

export interface Measurement {
  readonly events: number
  /** Events that the server sent. The two must be equal. */
  readonly serverEvents: number
  readonly failures: number
  readonly cpuUsPerEvent: number
  /** Of one core, from first to last request. */
  readonly cpuShare: number
  readonly eventsPerSecond: PerSecond
  /** TTFT as the client measured it, minus the same as the server knows it; null for a flood. */
  readonly ttftError: Spread | null
  /** From just before the server's write of an event to the client's stamp; null for a flood. */
  readonly eventLag: Spread | null
  /** Sent minus due, as the client says. */
  readonly lateness: Spread
  /** Read by the server minus due. */
  readonly arrivalLateness: Spread
  readonly peakRssMb: number
  /** What stayed in memory with the records, in MB (heap and buffers). */
  readonly recordsMb: number
}

/** The load whose records are weighed. */
export const LARGE_LOAD = { requests: 10_000, tokens: 500 }
