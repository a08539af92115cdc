import { admitWaiting, type Batch, growRunning, prefill, type Prefill, type Queues } from './batch.ts'
import type { Sequence } from './sequence.ts'

/**
 * One token budget for each iteration: running sequences first, a token each or the next chunk of a prompt, and prompts
 * from the queue in chunks with what is left. Nobody is admitted in an iteration that preempted somebody (vLLM V1;
 * as there, the blocks of the whole prompt must be free before its first chunk).
 */
export function chunkedPrefill(queues: Queues): Batch {
  const { running, limits } = queues
  const preemptions = queues.preemptions
  growRunning(queues)
  const decode: Sequence[] = []
  const chunks: Prefill[] = []
  let budget = limits.maxBatchedTokens
  for (const sequence of running) {
    const tokens = Math.min(Math.max(1, sequence.toPrefill), budget)
    if (sequence.toPrefill === 0) decode.push(sequence)
    else chunks.push(prefill(queues, sequence, tokens))
    budget -= tokens
    if (budget === 0) break
  }
  if (queues.preemptions === preemptions) chunks.push(...admitWaiting(queues, budget, 'in-chunks'))
  return { prefill: chunks, decode }
}
