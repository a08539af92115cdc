import { sampleMetric } from './metric.ts'

/**
 * An answer of up to so many tokens may have no text yet: a character has up to four bytes, each may be a token of its own, and the
 * server shows nothing before the last of them.
 */
export const TOKENS_A_CHARACTER = 4

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
export const ttft = sampleMetric({
  id: 'ttft',
  label: 'TTFT',
  better: 'lower',
  absentWhen: 'nothing was generated',
  evidence: 'requests',
  failedIsEndless: true,
  clientError: 'ttft',
  unseen: {
    why: 'no-text',
    of: ({ outputTokens, firstOutputAt }) => (outputTokens ?? 0) > TOKENS_A_CHARACTER && firstOutputAt === null,
  },

  samples({ outcome, dueAt, firstOutputAt }) {
    return outcome.status === 'completed' && firstOutputAt !== null ? [firstOutputAt - dueAt] : []
  },
})
