import type { RunReport } from '../report.ts'
import type { Ms } from '../units.ts'
import { TOKENS_A_CHARACTER } from './answer-doubts.ts'
import { decodeRequests } from './columns.ts'

/** The requests that a run's metrics and verdicts are made of, in arrival order. */
export interface MeasuredRequests {
  readonly ttft: readonly (Ms | null)[]
  readonly tpot: readonly (Ms | null)[]
  readonly e2eLatency: readonly (Ms | null)[]
  readonly lateness: readonly (Ms | null)[]
  readonly failed: readonly boolean[]
  /** Whether a completed request lacks a time that it must have had. */
  readonly unseen: {
    /** More tokens than may be half a character, and no text. */
    readonly ttft: readonly boolean[]
    /** Two output tokens or more, in too few pieces to show their pace. */
    readonly tpot: readonly boolean[]
  }
}

/** The requests of a report without those that were trimmed; a failed one is never trimmed. */
export function measuredRequests({ requests, validity }: Pick<RunReport, 'requests' | 'validity'>): MeasuredRequests {
  const { ttft, tpot, e2eLatency, lateness, outputTokens, failures, count } = decodeRequests(requests)
  const failedAt = new Set(failures.map(({ index }) => index))
  const kept = <T>(column: readonly T[]): T[] =>
    column.filter((_, index) => index >= validity.warmup.trimmed || failedAt.has(index))
  const unseen = (times: readonly (Ms | null)[], fromTokens: number): boolean[] =>
    kept(times.map((time, i) => time === null && (outputTokens[i] ?? 0) >= fromTokens && !failedAt.has(i)))
  return {
    ttft: kept(ttft),
    tpot: kept(tpot),
    e2eLatency: kept(e2eLatency),
    lateness: kept(lateness),
    failed: kept(Array.from({ length: count }, (_, index) => failedAt.has(index))),
    unseen: { ttft: unseen(ttft, TOKENS_A_CHARACTER + 1), tpot: unseen(tpot, 2) },
  }
}
