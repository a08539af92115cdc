import { sampleMetric } from './metric.ts'

/**
 * End-to-end latency: from the time the answer was wanted until all of it was there.
 *
 *     E2E = end of the stream - due      one value per completed request, ms
 *
 * "E2EL" in `vllm bench serve`, "E2E Latency" in SGLang and inference-perf, "Request Latency" in AIPerf and GuideLLM;
 * all count from the sending, and vLLM stops at the last event with `choices`.
 */
export const e2eLatency = sampleMetric({
  id: 'e2eLatency',
  label: 'E2E latency',
  better: 'lower',
  absentWhen: 'the request failed',
  evidence: 'requests',
  failedIsEndless: true,
  // The end of an answer is read as its first event is.
  clientError: 'ttft',
  unseen: null,

  samples({ outcome, dueAt, endedAt }) {
    return outcome.status === 'completed' ? [endedAt - dueAt] : []
  },
})
