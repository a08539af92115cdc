import type { RunReport } from '../report.ts'
import type { Ms } from '../base/units.ts'
import { TOKENS_A_CHARACTER } from './answer-doubts.ts'
import { decodeRequests, type DecodedRequests } from './columns.ts'

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

export function measuredRequests(report: Pick<RunReport, 'requests' | 'validity'>): MeasuredRequests {
  const { ttft, tpot, e2eLatency, lateness, outputTokens, failures } = decodeMeasured(report)
  const failedAt = new Set(failures.map(({ index }) => index))
  const unseen = (times: readonly (Ms | null)[], fromTokens: number): boolean[] =>
    times.map((time, i) => time === null && (outputTokens[i] ?? 0) >= fromTokens && !failedAt.has(i))
  return {
    ttft,
    tpot,
    e2eLatency,
    lateness,
    failed: ttft.map((_, index) => failedAt.has(index)),
    unseen: { ttft: unseen(ttft, TOKENS_A_CHARACTER + 1), tpot: unseen(tpot, 2) },
  }
}

/** The columns of a report without the requests that filled the batch; of these one that failed stays. */
export function decodeMeasured({ requests, validity }: Pick<RunReport, 'requests' | 'validity'>): DecodedRequests {
  const { count, failures, ...columns } = decodeRequests(requests)
  const failedAt = new Set(failures.map(({ index }) => index))
  const places = Array.from({ length: count }, (_, i) => i).filter(
    (place) => place >= validity.warmup.trimmed || failedAt.has(place),
  )
  const kept = new Map(places.map((place, index) => [place, index]))
  const pick = <T>(column: readonly T[]): T[] => column.filter((_, place) => kept.has(place))
  return {
    count: places.length,
    dueAt: pick(columns.dueAt),
    lateness: pick(columns.lateness),
    ttft: pick(columns.ttft),
    tpot: pick(columns.tpot),
    e2eLatency: pick(columns.e2eLatency),
    promptTokens: pick(columns.promptTokens),
    outputTokens: pick(columns.outputTokens),
    failures: failures.map(({ index, kind }) => ({ index: kept.get(index) ?? index, kind })),
  }
}
