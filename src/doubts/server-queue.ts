import type { RequestRecord } from '../record.ts'
import type { Telemetry, Warning } from '../report.ts'
import { blockMeans } from '../stats/block-means.ts'
import { mannKendall } from '../stats/mann-kendall.ts'
import type { Ms } from '../base/units.ts'
import { startOf } from '../metrics/duration.ts'

/** As in `saturation`, which looks at the same queue from outside. */
const BLOCKS = 10
const WARM_UP_SHARE = 1 / 3
const ALPHA = 0.01
const MIN_GROWTH = 0.05

/**
 * A warning when the queue that the server itself counts grew as long as requests arrived: after the first third of that
 * time the means of ten blocks of samples rise (Mann-Kendall, one-sided p < 0.01), by more than 5 % of the arrivals.
 * Silent with fewer than ten samples.
 */
export function queueGrowing(records: readonly RequestRecord[], { samples }: Telemetry): Warning[] {
  const span = records.reduce((last, { dueAt }) => Math.max(last, dueAt), -Infinity) - startOf(records)
  const from: Ms = span * WARM_UP_SHARE
  const queue = samples.at.flatMap((at, i) => (at >= from && at <= span ? (samples.waiting?.[i] ?? []) : []))
  if (queue.length < BLOCKS) return []
  const means = blockMeans(queue, BLOCKS)
  const growth = ((means.at(-1) ?? 0) - (means[0] ?? 0)) / (records.length * (1 - WARM_UP_SHARE))
  if (mannKendall(means).p >= ALPHA || growth <= MIN_GROWTH) return []
  return [{ code: 'queue-growing', message: `The server's queue grew to ${fullest(samples)}.` }]
}

/** `323 waiting, KV cache 99 %`: the sample with the longest queue. */
function fullest({ waiting, kvCacheUse }: Telemetry['samples']): string {
  const lengths = waiting?.map((length) => length ?? 0) ?? []
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const use = kvCacheUse?.[lengths.indexOf(longest)] ?? null
  return `${longest} waiting${use === null ? '' : `, KV cache ${Math.round(use * 100)} %`}`
}
