import { sampleMetric } from './metric.ts'

/**
 * The client's own lateness: how long a request waited on our side, for the event loop, for a connection or for a free
 * place under a concurrency cap.
 *
 *     lateness = sent - due      one value per request that was sent, failed or not, ms
 *
 * It is inside TTFT and E2E. When it is not small beside them, the run measured its client.
 *
 * "queue_times" in the result file of `vllm bench serve`; "scheduling delay" in inference-perf.
 */
export const queueLateness = sampleMetric({
  id: 'queueLateness',
  label: 'client lateness',
  better: 'lower',
  absentWhen: 'no request was sent',
  evidence: 'point',
  // A property of the client: a request that failed later was sent all the same.
  failedIsEndless: false,
  clientError: null,
  unseen: null,

  samples({ dueAt, sentAt }) {
    return sentAt === null ? [] : [sentAt - dueAt]
  },
})
