import type { Ms } from '../base/units.ts'
import { startOf } from '../metrics/duration.ts'
import type { Telemetry } from '../report.ts'
import { FEWEST_VALUES, FILLING_SHARE, PILING_UP, SIGNIFICANT, trendOf } from './queue-trend.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/**
 * A doubt where the queue that the server itself counts grew as long as requests arrived: the samples after the first third of
 * that time rise (`queue-trend.ts`), by more than 5 % of the arrivals. Silent with fewer than ten samples, and where all requests
 * were sent at once.
 */
export function queueGrowing({
  load,
  records,
  telemetry,
}: Pick<TrialFacts, 'load' | 'records' | 'telemetry'>): TrialDoubt[] {
  if (telemetry === null || load.requestRate === null) return []
  const { samples } = telemetry
  const span = records.reduce((last, { dueAt }) => Math.max(last, dueAt), -Infinity) - startOf(records)
  const from: Ms = span * FILLING_SHARE
  const queue = samples.at.flatMap((at, i) => (at >= from && at <= span ? (samples.waiting?.[i] ?? []) : []))
  if (queue.length < FEWEST_VALUES) return []
  const { p, rise } = trendOf(queue)
  if (p >= SIGNIFICANT || rise / (records.length * (1 - FILLING_SHARE)) <= PILING_UP) return []
  return [{ code: 'queue-growing', message: `The server's queue grew to ${fullest(samples)}.` }]
}

/** `323 waiting, KV cache 99 %`: the sample with the longest queue. */
function fullest({ waiting, kvCacheUse }: Telemetry['samples']): string {
  const lengths = waiting?.map((length) => length ?? 0) ?? []
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const use = kvCacheUse?.[lengths.indexOf(longest)] ?? null
  return `${longest} waiting${use === null ? '' : `, KV cache ${Math.round(use * 100)} %`}`
}
