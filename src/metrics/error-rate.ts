import { numberMetric } from './metric.ts'

/**
 * The share of requests that failed, whatever the reason.
 *
 *     failed / (completed + failed)      one value per run, 0 to 1
 *
 * Requests that a cut-short run never sent are in neither. The failure rate of AIPerf and inference-perf; `vllm bench
 * serve` only prints the count.
 */
export const errorRate = numberMetric({
  id: 'errorRate',
  label: 'error rate',
  unit: 'share',
  better: 'lower',
  absentWhen: 'no request was made',
  objective: 'bounds',
  schema: null,
  summarise: ({ counted, completed }) => shareOf(counted.length - completed.length, counted.length),
  of({ completed, failed }) {
    return typeof completed === 'number' && typeof failed === 'number' ? shareOf(failed, completed + failed) : null
  },
})

/** Null when no request was made. */
function shareOf(failed: number, requests: number): number | null {
  return requests === 0 ? null : failed / requests
}
