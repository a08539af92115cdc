import * as z from 'zod'
import { NOTHING_TOLD, type Reading } from './reading.ts'

const count = z.number().nonnegative().optional()

/** What we read of `IterationStats` in TensorRT-LLM. */
const Iteration = z.object({
  numActiveRequests: count,
  numQueuedRequests: count,
  kvCacheStats: z.object({ usedNumBlocks: count, maxNumBlocks: count }).nullish(),
  inflightBatchingStats: z.object({ numScheduledRequests: count, numPausedRequests: count }).nullish(),
})

const Iterations = z.array(z.unknown())

/**
 * `/metrics` of trtllm-serve: a JSON list of the iterations since somebody last read it (reading drains it). The newest
 * one counts. An empty list is a server that did nothing, or somebody else read it: nothing is told. Null for any other
 * text.
 */
export function readTrtllmIterations(text: string): Reading | null {
  const list = Iterations.safeParse(parseJson(text))
  if (!list.success) return null
  if (list.data.length === 0) return { levels: NOTHING_TOLD, histograms: () => ({}) }
  const newest = Iteration.safeParse(list.data.at(-1))
  if (!newest.success) return null
  const { numActiveRequests, numQueuedRequests, kvCacheStats, inflightBatchingStats } = newest.data
  const { usedNumBlocks: used, maxNumBlocks: max } = kvCacheStats ?? {}
  const scheduled = inflightBatchingStats?.numScheduledRequests
  return {
    levels: {
      ...NOTHING_TOLD,
      running: scheduled ?? numActiveRequests ?? null,
      waiting: numQueuedRequests ?? null,
      swapped: inflightBatchingStats?.numPausedRequests ?? null,
      kvCacheUse: used === undefined || max === undefined || max === 0 ? null : used / max,
    },
    histograms: () => ({}),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
