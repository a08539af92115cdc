import type { Clock } from '../base/clock.ts'
import type { TransportName } from '../client/create-transport.ts'
import type { Transport } from '../client/transport.ts'
import type { Calibration, Telemetry } from '../report.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import type { MetricsSources } from '../telemetry/metrics-sources.ts'
import type { Ms, PerSecond } from '../base/units.ts'
import type { LoadPlan } from './load-plan.ts'
import type { Progress } from './progress.ts'
import type { LoadResult } from './run-load.ts'

/** What sends loads, one after the other: this thread, several threads, or whatever `openGenerator` chooses. */
export interface LoadGenerator {
  /** Request i of a plan leaves from lane i modulo their number. */
  readonly lanes: number
  /**
   * Sends a plan and waits until its last request has ended. Requests that fail are records, too. Throws BenchError `bad-load`
   * on a limit of concurrency that is not a positive integer, `bad-target` on a URL that is none.
   */
  send(plan: LoadPlan, hooks?: LoadHooks): Promise<WatchedLoad>
  /**
   * How far the stamps of its lanes are off under a load of this shape: measured by the same transport against a server on this
   * machine, whose own stamps are known. It speaks HTTP/1.1 and no proxy is on the way. Null in virtual time, where no client
   * reads a socket. Throws Error when the load could not be brought about.
   */
  readonly calibrate: ((shape: LoadShape, transport: TransportName, signal: AbortSignal) => Promise<Calibration>) | null
  close(): Promise<void>
}

export interface LoadHooks {
  /** Ends the load at once, with what was measured so far. */
  readonly signal?: AbortSignal
  /** About once a second of the wall clock, and once at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Default: nobody looks at the server. */
  readonly watch?: Watch
  /** Zero of the records' times on the machine's monotonic clock. Default: when `send` is called. */
  readonly clockZero?: Ms
}

/** Where a server says what it is doing. */
export interface Watch {
  /** Its pages of metrics. A simulated engine is asked on the transport of its load, which is null for a server. */
  open(clock: Clock, simulated: Transport | null): MetricsSources
  /** Of a server that we started; null of others. */
  readonly log: EngineLog | null
}

export interface WatchedLoad extends LoadResult {
  /** Null where nobody looked, or there was nothing to read. */
  readonly telemetry: Telemetry | null
}

/** What a client had to do when it had most to do. */
export interface LoadShape {
  /** Open at once. */
  readonly streams: number
  /** Events with output that came in, over all streams. */
  readonly eventsPerSecond: PerSecond
  readonly requestsPerSecond: PerSecond
}
