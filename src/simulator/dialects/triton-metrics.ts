import type { TelemetryFacts } from './dialect.ts'
import { family, type Sample } from './prometheus.ts'

/**
 * `/metrics` of Triton 2.45 with TensorRT-LLM 0.9.0, which the real server has on port 8002. What the simulated engine
 * knows nothing of (memory, micro batches) is left out.
 */
export function tritonMetricsPage({ profile, metrics, stats }: TelemetryFacts): string {
  const { blocks, blockTokens, maxSequences } = profile.scheduler
  const used = Math.round(stats.kvUsage * blocks)
  const labelled =
    (model: string, category: string) =>
    ([kind, value]: readonly [string, number]): Sample => [{ model, [category]: kind, version: '1' }, value]
  const gauge = (
    name: string,
    help: string,
    category: string,
    values: readonly (readonly [string, number])[],
  ): string => family(`nv_trt_llm_${name}_metrics`, 'gauge', help, values.map(labelled('tensorrt_llm', category)))
  const counter = (name: string, help: string, value: number): string =>
    family(name, 'counter', help, [[{ model: 'ensemble', version: '1' }, value]])
  return [
    counter(
      'nv_inference_request_success',
      'Number of successful inference requests, all batch sizes',
      metrics.finished,
    ),
    counter(
      'nv_inference_count',
      'Number of inferences performed (does not include cached requests)',
      metrics.finished,
    ),
    gauge('request', 'TRT LLM request metrics', 'request_type', [
      ['active', stats.running + stats.waiting],
      ['max', maxSequences],
      ['scheduled', stats.running],
    ]),
    gauge('kv_cache_block', 'TRT LLM KV cache block metrics', 'kv_cache_block_type', [
      ['max', blocks],
      ['free', blocks - used],
      ['used', used],
      ['tokens_per', blockTokens],
    ]),
    gauge('inflight_batcher', 'TRT LLM inflight_batcher-specific metrics', 'inflight_batcher_specific_metric', [
      ['generation_requests', stats.running],
      ['paused_requests', 0],
    ]),
    gauge('general', 'General TRT LLM metrics', 'general_type', [['iteration_counter', metrics.iterations]]),
  ].join('')
}
