import type { TelemetryFacts } from './dialect.ts'
import { family, histogramFamily, pythonFloat } from './prometheus.ts'

/**
 * `/metrics` of vLLM 0.4.1: its names, its buckets. No counter of preemptions yet at this version; those of the prefix cache
 * are V1's.
 */
export function vllmMetricsPage({ profile, servedModel, metrics, stats }: TelemetryFacts): string {
  const labels = { model_name: servedModel }
  const gauge = (name: string, help: string, value: number): string =>
    family(`vllm:${name}`, 'gauge', help, [[labels, value]], pythonFloat)
  const counter = (name: string, help: string, value: number): string =>
    family(`vllm:${name}`, 'counter', help, [[labels, value]], pythonFloat)
  const { prefixCache } = stats
  const { blocks, blockTokens } = profile.scheduler
  const config = {
    block_size: String(blockTokens),
    cache_dtype: 'auto',
    gpu_memory_utilization: '0.9',
    num_gpu_blocks: String(blocks),
    sliding_window: 'None',
  }
  return [
    family('vllm:cache_config_info', 'gauge', 'information of cache_config', [[config, 1]], pythonFloat),
    gauge('num_requests_running', 'Number of requests currently running on GPU.', stats.running),
    gauge('num_requests_swapped', 'Number of requests swapped to CPU.', 0),
    gauge('num_requests_waiting', 'Number of requests waiting to be processed.', stats.waiting),
    gauge('gpu_cache_usage_perc', 'GPU KV-cache usage. 1 means 100 percent usage.', stats.kvUsage),
    gauge('cpu_cache_usage_perc', 'CPU KV-cache usage. 1 means 100 percent usage.', 0),
    counter('prompt_tokens_total', 'Number of prefill tokens processed.', metrics.promptTokens),
    counter('generation_tokens_total', 'Number of generation tokens processed.', metrics.generationTokens),
    ...(prefixCache === null
      ? []
      : [
          counter(
            'prefix_cache_queries_total',
            'Prefix cache queries, in terms of number of queried tokens.',
            prefixCache.queries,
          ),
          counter(
            'prefix_cache_hits_total',
            'Prefix cache hits, in terms of number of cached tokens.',
            prefixCache.hits,
          ),
        ]),
    histogramFamily(
      'vllm:time_to_first_token_seconds',
      'Histogram of time to first token in seconds.',
      labels,
      metrics.ttft,
    ),
    histogramFamily(
      'vllm:time_per_output_token_seconds',
      'Histogram of time per output token in seconds.',
      labels,
      metrics.tpot,
    ),
    histogramFamily(
      'vllm:e2e_request_latency_seconds',
      'Histogram of end to end request latency in seconds.',
      labels,
      metrics.e2eLatency,
    ),
    gauge('avg_prompt_throughput_toks_per_s', 'Average prefill throughput in tokens/s.', metrics.promptThroughput),
    gauge(
      'avg_generation_throughput_toks_per_s',
      'Average generation throughput in tokens/s.',
      metrics.generationThroughput,
    ),
  ].join('')
}
