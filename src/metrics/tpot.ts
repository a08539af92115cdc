import type { SampleMetric } from './metric.ts'

/**
 * Time per output token: the mean gap between output tokens after the first.
 *
 *     TPOT = (last output event - first output event) / (output tokens - 1)      one value per completed request, ms
 *
 * Divides by tokens where ITL looks at events, so the two part ways as soon as an event carries several tokens
 * (speculative decoding, proxies that batch). An answer in a single event shows no gap, whatever its length: absent,
 * not zero.
 *
 * Same quantity as TPOT in inference-perf and "Inter Token Latency" in AIPerf and GuideLLM. `vllm bench serve` and
 * MLPerf measure to the end of the stream instead of the last output; GuideLLM's TPOT also counts the wait for the
 * first token.
 */
export const tpot: SampleMetric = {
  id: 'tpot',
  label: 'TPOT',
  unit: 'ms',
  better: 'lower',
  kind: 'distribution',
  absentWhen: 'fewer than two output tokens, or all of them in one event',

  samples({ outcome, outputTokens, firstOutputAt, lastOutputAt, outputAt }) {
    if (outcome.status !== 'completed' || outputTokens === null || firstOutputAt === null || lastOutputAt === null) {
      return []
    }
    return outputTokens < 2 || outputAt.length < 2 ? [] : [(lastOutputAt - firstOutputAt) / (outputTokens - 1)]
  },
}
