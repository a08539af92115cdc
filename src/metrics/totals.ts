import type { RequestRecord } from '../record.ts'
import { count, numberMetric } from './metric.ts'

/** Requests that were answered as their protocol ends an answer. */
export const completed = numberMetric({
  id: 'completed',
  label: 'completed requests',
  unit: 'requests',
  better: 'higher',
  absentWhen: null,
  objective: null,
  schema: count,
  summarise: (load) => load.completed.length,
})

/** Requests that were not, whatever the reason. */
export const failed = numberMetric({
  id: 'failed',
  label: 'failed requests',
  unit: 'requests',
  better: 'lower',
  absentWhen: null,
  objective: null,
  schema: count,
  summarise: (load) => load.counted.length - load.completed.length,
})

/** Prompt tokens of completed requests, as the workload counts them. */
export const inputTokens = numberMetric({
  id: 'inputTokens',
  label: 'input tokens',
  unit: 'tokens',
  better: 'higher',
  absentWhen: null,
  objective: null,
  schema: count,
  summarise: (load) => promptTokensOf(load.completed),
})

/** Of completed requests. */
export const outputTokens = numberMetric({
  id: 'outputTokens',
  label: 'output tokens',
  unit: 'tokens',
  better: 'higher',
  absentWhen: null,
  objective: null,
  schema: count,
  summarise: (load) => outputTokensOf(load.completed),
})

export function promptTokensOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { promptTokens }) => sum + promptTokens, 0)
}

export function outputTokensOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { outputTokens }) => sum + (outputTokens ?? 0), 0)
}
