import { isFill, type RequestRecord } from '../record.ts'
import { quantile } from '../stats/quantile.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../base/units.ts'
import type { Workload } from '../workload/workload.ts'

/** How far a load run has come. */
export interface Progress {
  /**
   * What is being sent: a warm-up that is recorded nowhere, requests that fill the batch, or those that are measured. The
   * numbers of requests are those of this phase; what failed while the batch filled counts among the measured ones, too.
   */
  readonly phase: Phase
  readonly sent: number
  readonly completed: number
  readonly failed: number
  readonly total: number
  /** Of all phases. */
  readonly inFlight: number
  /** On the run clock, since the first due time of the phase. */
  readonly elapsedMs: Ms
  /** Of the requests of the phase completed so far; null before the first. */
  readonly ttftP50: Ms | null
  /** Output tokens of the requests of the phase completed so far over the time elapsed. */
  readonly tokensPerSecond: PerSecond
  /** The state that the server told last; null when it has told none. */
  readonly server: Pick<Levels, 'running' | 'waiting' | 'kvCacheUse'> | null
}

export type Phase = 'warm-up' | 'fill' | 'load'

/** What the progress of a load needs to know of a request that has ended. */
export type Ended = Pick<RequestRecord, 'index' | 'outcome' | 'firstOutputAt' | 'dueAt' | 'outputTokens'>

/** Sums up the requests that have ended. */
export interface Tally {
  add(ended: Ended): void
  /** The state when `sent` of all requests have left, `elapsedMs` after the first due time. */
  progress(now: { readonly sent: number; readonly elapsedMs: Ms }): Progress
}

export function createTally({ offsets, fill = 0 }: Pick<Workload, 'offsets' | 'fill'>): Tally {
  const filling = createCounts()
  const measured = createCounts()
  const fillMs = offsets[fill] ?? 0
  return {
    add(ended) {
      const counts = isFill(ended) ? filling : measured
      counts.add(ended)
    },
    progress({ sent, elapsedMs }) {
      const inFlight = sent - filling.ended() - measured.ended()
      if (sent < fill) return { phase: 'fill', sent, total: fill, inFlight, ...filling.sum(elapsedMs), server: null }
      const lost = filling.failed()
      const sum = measured.sum(Math.max(0, elapsedMs - fillMs))
      return {
        phase: 'load',
        sent: sent - fill + lost,
        total: offsets.length - fill + lost,
        inFlight,
        ...sum,
        failed: sum.failed + lost,
        server: null,
      }
    },
  }
}

function createCounts() {
  const ttfts: Ms[] = []
  let completed = 0
  let failed = 0
  let tokens = 0
  return {
    add({ outcome, firstOutputAt, dueAt, outputTokens }: Ended): void {
      if (outcome.status === 'failed') {
        failed++
        return
      }
      completed++
      tokens += outputTokens ?? 0
      if (firstOutputAt !== null) ttfts.push(firstOutputAt - dueAt)
    },
    ended: (): number => completed + failed,
    failed: (): number => failed,
    sum: (elapsedMs: Ms) => ({
      completed,
      failed,
      elapsedMs,
      ttftP50: ttfts.length === 0 ? null : quantile(Float64Array.from(ttfts).sort(), 0.5),
      tokensPerSecond: elapsedMs > 0 ? (tokens * MS_PER_SECOND) / elapsedMs : 0,
    }),
  }
}
