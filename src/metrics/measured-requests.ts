import type { Trial } from '../report.ts'
import { decodeRequests, type DecodedRequests } from './columns.ts'

/** The columns of a stored trial without the requests that filled the batch; of these one that failed stays. */
export function decodeMeasured({ requests, validity }: Pick<Trial, 'requests' | 'validity'>): DecodedRequests {
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
