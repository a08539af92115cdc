import { admitWaiting, type Batch, growRunning, type Queues } from './batch.ts'

/** New sequences before everything else, and never in one iteration with decoding ones (vLLM 0.4.1, mlc-llm). */
export function prefillFirst(queues: Queues): Batch {
  const prefill = admitWaiting(queues, queues.limits.maxBatchedTokens)
  if (prefill.length > 0) return { prefill, decode: [] }
  growRunning(queues)
  return { prefill, decode: queues.running }
}
