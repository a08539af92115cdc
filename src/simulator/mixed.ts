import { admitWaiting, type Batch, growRunning, type Queues } from './batch.ts'

/** Running sequences decode while new ones prefill, in the same iteration (TurboMind, in-flight batching). */
export function mixed(queues: Queues): Batch {
  growRunning(queues)
  const decode = queues.running.slice()
  const prefill = admitWaiting(queues, queues.limits.maxBatchedTokens - decode.length)
  return { prefill, decode }
}
