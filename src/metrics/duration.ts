import type { RequestRecord } from '../record.ts'
import type { Ms } from '../base/units.ts'
import { numberMetric, rate } from './metric.ts'

/**
 * How long the run took, the drain of the last requests included.
 *
 *     D = last end - first due      one value per run, ms; failed requests count as well; trials add up
 *
 * "Benchmark duration" in `vllm bench serve` and SGLang, which read the clock before the first and after the last
 * request.
 */
export const durationMs = numberMetric({
  id: 'durationMs',
  label: 'duration',
  unit: 'ms',
  better: 'lower',
  absentWhen: null,
  objective: null,
  schema: rate,
  summarise: (load) => load.durationMs,
})

/** When the run began: the first due time. `records` is not empty. */
export function startOf(records: readonly RequestRecord[]): Ms {
  return records.reduce((first, { dueAt }) => Math.min(first, dueAt), Infinity)
}

/** First due time to last end. `records` is not empty. */
export function durationOf(records: readonly RequestRecord[]): Ms {
  return records.reduce((last, { endedAt }) => Math.max(last, endedAt), -Infinity) - startOf(records)
}
