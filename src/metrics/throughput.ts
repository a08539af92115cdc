import { BenchError } from '../base/errors.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../base/units.ts'
import { numberMetric, rate } from './metric.ts'
import { outputTokensOf, promptTokensOf } from './totals.ts'

/**
 * Completed requests a second.
 *
 *     completed requests / D      one value per run, 1/s
 *
 * Below saturation it only echoes the request rate, less the drain of the last requests, which D includes.
 *
 * "Request throughput" in `vllm bench serve` and SGLang, the same quantity.
 */
export const requestThroughput = numberMetric({
  id: 'requestThroughput',
  label: 'request throughput',
  unit: '1/s',
  better: 'higher',
  absentWhen: null,
  objective: 'bounds',
  schema: rate,
  summarise: ({ completed, durationMs }) => perSecond(completed.length, durationMs),
})

/**
 * Prompt tokens a second.
 *
 *     prompt tokens of completed requests / D      one value per run, tokens/s
 *
 * Tokens as the workload counts them, the same for every framework. "Input token throughput" in vLLM 0.4.1.
 */
export const inputThroughput = numberMetric({
  id: 'inputThroughput',
  label: 'input token throughput',
  unit: 'tokens/s',
  better: 'higher',
  absentWhen: null,
  objective: 'bounds',
  schema: rate,
  summarise: ({ completed, durationMs }) => perSecond(promptTokensOf(completed), durationMs),
})

/**
 * Generated tokens a second.
 *
 *     output tokens of completed requests / D      one value per run, tokens/s
 *
 * "Output token throughput" in `vllm bench serve`, SGLang and AIPerf; vLLM 0.4.1 counted one more a request (the BOS
 * token of its re-tokenisation).
 */
export const outputThroughput = numberMetric({
  id: 'outputThroughput',
  label: 'output token throughput',
  unit: 'tokens/s',
  better: 'higher',
  absentWhen: null,
  objective: 'bounds',
  schema: rate,
  summarise: ({ completed, durationMs }) => perSecond(outputTokensOf(completed), durationMs),
})

/**
 * `amount` over the duration, a second. 0 when nothing was done, however short the run.
 *
 * BenchError `no-data` when something was done in no time: no rate describes that.
 */
export function perSecond(amount: number, duration: Ms): PerSecond {
  if (amount === 0) return 0
  if (duration <= 0) {
    throw new BenchError(`The run lasted ${duration} ms, so nothing can be said per second.`, {
      code: 'no-data',
      remedy: 'Check the clock of the run: every request ended the moment it was due.',
    })
  }
  return (amount / duration) * MS_PER_SECOND
}
