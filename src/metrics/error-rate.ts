import type { Metrics, RunReport } from '../report.ts'
import type { FailureKind, RequestRecord } from '../record.ts'
import type { Metric } from './metric.ts'

/**
 * The share of requests that failed, whatever the reason.
 *
 *     failed / (completed + failed)      one value per run, 0 to 1
 *
 * Requests that a cut-short run never sent are in neither. The failure rate of AIPerf and inference-perf; `vllm bench
 * serve` only prints the count.
 */
export const errorRate: Metric = {
  id: 'errorRate',
  label: 'error rate',
  unit: 'share',
  better: 'lower',
  kind: 'number',
  absentWhen: 'no request was made',
}

/** Null when no request was made. */
export function errorRateOf({ completed, failed }: Pick<Metrics, 'completed' | 'failed'>): number | null {
  return completed + failed === 0 ? null : failed / (completed + failed)
}

/** Failures by kind, most frequent first, each with the message of its first request. */
export function countErrors(records: readonly RequestRecord[]): RunReport['errors'] {
  const errors = new Map<FailureKind, { kind: FailureKind; count: number; example: string }>()
  for (const { outcome } of records) {
    if (outcome.status !== 'failed') continue
    const error = errors.get(outcome.kind)
    if (error === undefined) errors.set(outcome.kind, { kind: outcome.kind, count: 1, example: outcome.message })
    else error.count++
  }
  return [...errors.values()].sort((a, b) => b.count - a.count)
}
