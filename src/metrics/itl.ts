import { sampleMetric } from './metric.ts'
import { hidesPace, showsPace } from './pace.ts'

/**
 * Inter-token latency: the gaps a reader sees in the stream.
 *
 *     ITL = output event - output event before it      every gap of every completed request that shows its pace, pooled, ms
 *
 * Never contains the wait for the first token. Events that arrived in one socket read became visible together, and
 * the gap between them is 0; an answer that came in too few pieces to show its pace (`pace.ts`) contributes none. Long answers
 * contribute more samples than short ones.
 *
 * Same name and quantity in `vllm bench serve` and inference-perf; "Inter Chunk Latency" in AIPerf. SGLang divides each
 * gap by the tokens of its event; AIPerf's and GuideLLM's ITL is our TPOT.
 */
export const itl = sampleMetric({
  id: 'itl',
  label: 'ITL',
  better: 'lower',
  absentWhen: 'fewer than two output tokens, or they came in too few pieces to show their pace',
  // The gaps of one answer are no independent requests.
  evidence: 'point',
  failedIsEndless: true,
  clientError: 'itl',
  unseen: { why: 'no-pace', of: hidesPace },

  samples(record) {
    const { outcome, outputAt } = record
    if (outcome.status !== 'completed' || !showsPace(record)) return []
    const gaps = Array<number>(Math.max(0, outputAt.length - 1))
    for (let i = 0; i < gaps.length; i++) gaps[i] = outputAt[i + 1]! - outputAt[i]!
    return gaps
  },
})
