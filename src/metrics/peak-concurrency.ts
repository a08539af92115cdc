import type { RequestRecord } from '../record.ts'
import type { Ms } from '../base/units.ts'
import { count, numberMetric } from './metric.ts'

/**
 * The most requests that were in flight at one moment.
 *
 *     max over t of |{ requests with sent <= t < end }|      one value per run, exact, failed requests included
 *
 * "max_concurrent_requests" in `vllm bench serve`, which counts per whole second and so may say more.
 */
export const peakConcurrency = numberMetric({
  id: 'peakConcurrency',
  label: 'peak concurrency',
  unit: 'requests',
  better: 'lower',
  absentWhen: null,
  objective: null,
  schema: count,
  summarise: ({ trials }) => Math.max(...trials.map(peakConcurrencyOf)),
})

/** The exact maximum; 0 when nothing was sent. */
export function peakConcurrencyOf(records: readonly RequestRecord[]): number {
  return inFlightSteps(records).reduce((peak, { inFlight }) => Math.max(peak, inFlight), 0)
}

/**
 * The number of requests in flight after each sending and each end, in time order. An end at the same moment comes
 * first: a request that takes the place of another never overlaps it.
 */
export function inFlightSteps(records: readonly RequestRecord[]): { readonly at: Ms; readonly inFlight: number }[] {
  const sent = records.filter(({ sentAt }) => sentAt !== null)
  const changes = [
    ...sent.map(({ endedAt }) => ({ at: endedAt, by: -1 })),
    ...sent.map(({ sentAt, endedAt }) => ({ at: sentAt ?? endedAt, by: 1 })),
  ].sort((a, b) => a.at - b.at || a.by - b.by)
  let inFlight = 0
  return changes.map(({ at, by }) => ({ at, inFlight: (inFlight += by) }))
}
