import type { SampleMetric } from './metric.ts'

/**
 * Time to first token: how long a user looks at an empty screen.
 *
 *     TTFT = first event with generated output - due      one value per completed request, ms
 *
 * Generated output is new text, reasoning text or tool arguments; never the response head, a role delta or an empty
 * text. Counts from the time the request was due, so that a client which falls behind cannot hide a queue.
 *
 * Same name in `vllm bench serve`, SGLang, GuideLLM, AIPerf and inference-perf, all of which count from the sending.
 * vLLM today also takes an event with empty text for the first token, and vLLM 0.4.1 had the connecting time inside.
 */
export const ttft: SampleMetric = {
  id: 'ttft',
  label: 'TTFT',
  unit: 'ms',
  better: 'lower',
  kind: 'distribution',
  absentWhen: 'nothing was generated',

  samples({ outcome, dueAt, firstOutputAt }) {
    return outcome.status === 'completed' && firstOutputAt !== null ? [firstOutputAt - dueAt] : []
  },
}
