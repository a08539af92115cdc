import type { RunReport } from '../report.ts'
import type { Ms } from '../units.ts'
import { decodeRequests } from './columns.ts'

/** The requests that a run's metrics and verdicts are made of, in arrival order. */
export interface MeasuredRequests {
  readonly ttft: readonly (Ms | null)[]
  readonly tpot: readonly (Ms | null)[]
  readonly e2eLatency: readonly (Ms | null)[]
  readonly lateness: readonly (Ms | null)[]
  readonly failed: readonly boolean[]
  /** Completed, with two output tokens or more, and without a TPOT: its output came in too few pieces to show its pace. */
  readonly unpaced: readonly boolean[]
}

/** The requests of a report without those that were trimmed; a failed one is never trimmed. */
export function measuredRequests({ requests, validity }: Pick<RunReport, 'requests' | 'validity'>): MeasuredRequests {
  const { ttft, tpot, e2eLatency, lateness, outputTokens, failures, count } = decodeRequests(requests)
  const failedAt = new Set(failures.map(({ index }) => index))
  const kept = <T>(column: readonly T[]): T[] =>
    column.filter((_, index) => index >= validity.warmup.trimmed || failedAt.has(index))
  return {
    ttft: kept(ttft),
    tpot: kept(tpot),
    e2eLatency: kept(e2eLatency),
    lateness: kept(lateness),
    failed: kept(Array.from({ length: count }, (_, index) => failedAt.has(index))),
    unpaced: kept(tpot.map((time, index) => time === null && (outputTokens[index] ?? 0) >= 2 && !failedAt.has(index))),
  }
}
