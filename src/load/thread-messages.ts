import type { ConnectionFacts, WireRequest } from '../client/transport.ts'
import type { Ms } from '../base/units.ts'
import type { PackedRecords } from './packed-records.ts'
import type { Ended } from './progress.ts'
import type { HttpLoadOptions } from './run-http-load.ts'

/** One part of a load, as plain data. Holds the headers of the requests, and so credentials: never print it. */
export interface PartTask extends Pick<
  HttpLoadOptions,
  'endpoint' | 'clockZero' | 'protocol' | 'fixedLength' | 'failOtherLengths' | 'timeouts' | 'maxConcurrency'
> {
  readonly first: number
  readonly of: number
  readonly ended: Int32Array<SharedArrayBuffer>
  /** Those of this part only. */
  readonly workload: HttpLoadOptions['workload']
  readonly wire: readonly WireRequest[]
}

/** `prepare` and `start` once for each part, in this order; `abort` at any time. */
export type ToThread =
  | { readonly kind: 'prepare'; readonly task: PartTask }
  | { readonly kind: 'start'; readonly firstDueAt: Ms }
  | { readonly kind: 'abort' }

export type FromThread =
  /** Its connections are open. */
  | { readonly kind: 'ready' }
  /** About once a second: requests sent so far, and those that have ended since the last time. */
  | { readonly kind: 'progress'; readonly sent: number; readonly ended: readonly Ended[] }
  | PartResult

/** The last message of a part. */
export interface PartResult {
  readonly kind: 'result'
  readonly packed: PackedRecords
  readonly unsent: number
  readonly aborted: boolean
  readonly connections: ConnectionFacts | null
  readonly utilisation: number | null
}
