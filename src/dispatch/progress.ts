import type { RequestRecord } from '../record.ts'
import { quantile } from '../stats/quantile.ts'
import type { Levels } from '../telemetry/reading.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../units.ts'

/** How far a load run has come. */
export interface Progress {
  readonly sent: number
  readonly completed: number
  readonly failed: number
  readonly total: number
  readonly inFlight: number
  /** On the run clock, since the first due time. */
  readonly elapsedMs: Ms
  /** Of the requests completed so far; null before the first. */
  readonly ttftP50: Ms | null
  /** Output tokens of the requests completed so far over the time elapsed. */
  readonly tokensPerSecond: PerSecond
  /** The state that the server told last; null when it has told none. */
  readonly server: Pick<Levels, 'running' | 'waiting' | 'kvCacheUse'> | null
}

/** What the progress of a load needs to know of a request that has ended. */
export type Ended = Pick<RequestRecord, 'outcome' | 'firstOutputAt' | 'dueAt' | 'outputTokens'>

/** Sums up the requests that have ended. */
export interface Tally {
  add(ended: Ended): void
  progress(now: { readonly sent: number; readonly total: number; readonly elapsedMs: Ms }): Progress
}

export function createTally(): Tally {
  const ttfts: Ms[] = []
  let completed = 0
  let failed = 0
  let tokens = 0
  return {
    add({ outcome, firstOutputAt, dueAt, outputTokens }) {
      if (outcome.status === 'failed') {
        failed++
        return
      }
      completed++
      tokens += outputTokens ?? 0
      if (firstOutputAt !== null) ttfts.push(firstOutputAt - dueAt)
    },
    progress({ sent, total, elapsedMs }) {
      return {
        sent,
        completed,
        failed,
        total,
        inFlight: sent - completed - failed,
        elapsedMs,
        ttftP50: ttfts.length === 0 ? null : quantile(Float64Array.from(ttfts).sort(), 0.5),
        tokensPerSecond: elapsedMs > 0 ? (tokens * MS_PER_SECOND) / elapsedMs : 0,
        server: null,
      }
    },
  }
}
