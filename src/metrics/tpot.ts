import { sampleMetric } from './metric.ts'
import { hidesPace, showsPace } from './pace.ts'

/**
 * Time per output token: the mean gap between output tokens after the first.
 *
 *     TPOT = (last output event - first output event) / (output tokens - 1)      one value per completed request, ms
 *
 * Divides by tokens where ITL looks at events, so the two part ways as soon as an event carries several tokens
 * (speculative decoding, proxies that batch). An answer that came in too few pieces to show its pace has no TPOT: absent,
 * not zero. `pace.ts` has the rule; where it holds, TPOT is too small by at most a quarter, and exact with a token an event.
 *
 * Same quantity as TPOT in inference-perf and "Inter Token Latency" in AIPerf and GuideLLM. `vllm bench serve` and
 * MLPerf measure to the end of the stream instead of the last output; GuideLLM's TPOT also counts the wait for the
 * first token.
 */
export const tpot = sampleMetric({
  id: 'tpot',
  label: 'TPOT',
  better: 'lower',
  absentWhen: 'fewer than two output tokens, or they came in too few pieces to show their pace',
  evidence: 'requests',
  failedIsEndless: true,
  clientError: 'tpot',
  unseen: { why: 'no-pace', of: hidesPace },

  samples(record) {
    const { outcome, outputTokens, firstOutputAt, lastOutputAt } = record
    if (outcome.status !== 'completed' || outputTokens === null || firstOutputAt === null || lastOutputAt === null) {
      return []
    }
    return showsPace(record) ? [(lastOutputAt - firstOutputAt) / (outputTokens - 1)] : []
  },
})
