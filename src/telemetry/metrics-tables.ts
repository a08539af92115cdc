import { readLabel, type MetricSample, type MetricsPage } from './metrics-text.ts'
import type { HistogramName, LevelName } from './reading.ts'

/** Finds one number on a page; null where it is not there. */
export type Find = (page: MetricsPage) => number | null

/** Under which names one kind of server tells what. */
export interface MetricsTable {
  readonly server: string
  /** A page with a name that starts like this is of this kind. */
  readonly mark: string
  readonly levels: { readonly [L in LevelName]?: Find }
  /** Seconds; the first name that the page has. */
  readonly histograms: { readonly [H in HistogramName]?: readonly string[] }
}

/** Both generations: 0.4.1 and V1, which counts preemptions, queries of its prefix cache, and more histograms. */
const vllm: MetricsTable = {
  server: 'vllm',
  mark: 'vllm:',
  levels: {
    running: total('vllm:num_requests_running'),
    waiting: total('vllm:num_requests_waiting'),
    swapped: total('vllm:num_requests_swapped'),
    kvCacheUse: fullest('vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'),
    promptThroughput: total('vllm:avg_prompt_throughput_toks_per_s'),
    generationThroughput: total('vllm:avg_generation_throughput_toks_per_s'),
    promptTokens: total('vllm:prompt_tokens_total'),
    generationTokens: total('vllm:generation_tokens_total'),
    preemptions: total('vllm:num_preemptions_total'),
    prefixQueries: total('vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'),
    prefixHits: total('vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'),
  },
  histograms: {
    ttft: ['vllm:time_to_first_token_seconds'],
    queueTime: ['vllm:request_queue_time_seconds'],
    prefillTime: ['vllm:request_prefill_time_seconds'],
    decodeTime: ['vllm:request_decode_time_seconds'],
    tpot: ['vllm:request_time_per_output_token_seconds'],
    // 0.4.1 observes every token under a name that later meant, and then lost, the mean of a request.
    itl: ['vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds'],
    e2eLatency: ['vllm:e2e_request_latency_seconds'],
  },
}

/** 0.16. Its `time_per_output_token_seconds` has an observation for each step, so it is no TPOT of requests. */
const lmdeploy: MetricsTable = {
  server: 'lmdeploy',
  mark: 'lmdeploy:',
  levels: {
    running: total('lmdeploy:num_requests_running'),
    waiting: total('lmdeploy:num_requests_waiting'),
    kvCacheUse: fullest('lmdeploy:gpu_cache_usage_perc'),
    promptTokens: total('lmdeploy:prompt_tokens_total'),
    generationTokens: total('lmdeploy:generation_tokens_total'),
    prefixHits: total('lmdeploy:cached_tokens_total'),
  },
  histograms: {
    ttft: ['lmdeploy:time_to_first_token_seconds'],
    queueTime: ['lmdeploy:request_queue_time_seconds'],
    prefillTime: ['lmdeploy:request_prefill_time_seconds'],
    decodeTime: ['lmdeploy:request_decode_time_seconds'],
    itl: ['lmdeploy:iter_token_latency'],
    e2eLatency: ['lmdeploy:e2e_request_latency_seconds'],
  },
}

/** Triton in front of TensorRT-LLM: no histogram; its own queue is not that of the batcher. */
export const triton: MetricsTable = {
  server: 'triton',
  mark: 'nv_trt_llm_',
  levels: {
    running: labelled('nv_trt_llm_request_metrics', 'request_type', 'scheduled'),
    waiting: combine(
      labelled('nv_trt_llm_request_metrics', 'request_type', 'active'),
      labelled('nv_trt_llm_request_metrics', 'request_type', 'scheduled'),
      (active, scheduled) => Math.max(0, active - scheduled),
    ),
    swapped: labelled('nv_trt_llm_inflight_batcher_metrics', 'inflight_batcher_specific_metric', 'paused_requests'),
    kvCacheUse: combine(
      labelled('nv_trt_llm_kv_cache_block_metrics', 'kv_cache_block_type', 'used'),
      labelled('nv_trt_llm_kv_cache_block_metrics', 'kv_cache_block_type', 'max'),
      (used, max) => (max > 0 ? used / max : null),
    ),
  },
  histograms: {},
}

/** trtllm-serve, at `/prometheus/metrics`. */
const trtllmServe: MetricsTable = {
  server: 'trtllm-serve',
  mark: 'trtllm_',
  levels: {
    running: total('trtllm_num_requests_running'),
    waiting: total('trtllm_num_requests_waiting'),
    swapped: total('trtllm_num_paused_requests'),
    kvCacheUse: fullest('trtllm_kv_cache_utilization'),
    promptTokens: total('trtllm_prompt_tokens_total'),
    generationTokens: total('trtllm_generation_tokens_total'),
  },
  histograms: {
    ttft: ['trtllm_time_to_first_token_seconds'],
    queueTime: ['trtllm_request_queue_time_seconds'],
    prefillTime: ['trtllm_request_prefill_time_seconds'],
    decodeTime: ['trtllm_request_decode_time_seconds'],
    tpot: ['trtllm_time_per_output_token_seconds'],
    e2eLatency: ['trtllm_e2e_request_latency_seconds'],
  },
}

const sglang: MetricsTable = {
  server: 'sglang',
  mark: 'sglang:',
  levels: {
    running: total('sglang:num_running_reqs'),
    waiting: total('sglang:num_queue_reqs'),
    swapped: total('sglang:num_paused_reqs'),
    kvCacheUse: fullest('sglang:token_usage'),
    generationThroughput: total('sglang:gen_throughput'),
    promptTokens: total('sglang:prompt_tokens_total'),
    generationTokens: total('sglang:generation_tokens_total'),
    preemptions: total('sglang:num_retracted_requests_total'),
    prefixHits: total('sglang:cached_tokens_total'),
  },
  histograms: {
    ttft: ['sglang:time_to_first_token_seconds'],
    queueTime: ['sglang:queue_time_seconds'],
    itl: ['sglang:inter_token_latency_seconds'],
    e2eLatency: ['sglang:e2e_request_latency_seconds'],
  },
}

/** Its tokens are counted when an answer is over. */
const llamacpp: MetricsTable = {
  server: 'llama.cpp',
  mark: 'llamacpp:',
  levels: {
    running: total('llamacpp:requests_processing'),
    waiting: total('llamacpp:requests_deferred'),
    kvCacheUse: fullest('llamacpp:kv_cache_usage_ratio'),
    promptThroughput: total('llamacpp:prompt_tokens_seconds'),
    generationThroughput: total('llamacpp:predicted_tokens_seconds'),
    promptTokens: total('llamacpp:prompt_tokens_total'),
    generationTokens: total('llamacpp:tokens_predicted_total'),
    prefixHits: total('llamacpp:prompt_tokens_cached_total'),
  },
  histograms: {},
}

/** Its tokens are counted when an answer is over. */
const tgi: MetricsTable = {
  server: 'tgi',
  mark: 'tgi_',
  levels: {
    running: total('tgi_batch_current_size'),
    waiting: total('tgi_queue_size'),
    promptTokens: total('tgi_request_input_length_sum'),
    generationTokens: total('tgi_request_generated_tokens_sum'),
  },
  histograms: {
    queueTime: ['tgi_request_queue_duration'],
    tpot: ['tgi_request_mean_time_per_token_duration'],
    e2eLatency: ['tgi_request_duration'],
  },
}

/** No running, no waiting. */
const mlc: MetricsTable = {
  server: 'mlc-llm',
  mark: 'engine_decode_time_sum',
  levels: {
    promptThroughput: total('prefill_tokens_per_s'),
    generationThroughput: total('decode_tokens_per_s'),
    promptTokens: total('prompt_tokens_sum'),
    generationTokens: total('completion_tokens_sum'),
  },
  histograms: {},
}

export const METRICS_TABLES: readonly MetricsTable[] = [vllm, lmdeploy, triton, trtllmServe, sglang, llamacpp, tgi, mlc]

/** Over all engines of the server, under the first of these names that the page has. */
function total(...names: readonly string[]): Find {
  return aggregate(names, (values) => values.reduce((sum, value) => sum + value, 0))
}

/** Of the engines of the server the one with the highest value: it is the first to run out. */
function fullest(...names: readonly string[]): Find {
  return aggregate(names, (values) => values.reduce((a, b) => Math.max(a, b)))
}

function labelled(name: string, label: string, value: string): Find {
  const sum = (samples: readonly MetricSample[]): number => samples.reduce((sum, { value }) => sum + value, 0)
  return (page) => {
    const samples = page.get(name)?.filter(({ labels }) => readLabel(labels, label) === value) ?? []
    return samples.length === 0 ? null : sum(samples)
  }
}

function combine(a: Find, b: Find, compute: (a: number, b: number) => number | null): Find {
  return (page) => {
    const first = a(page)
    const second = b(page)
    return first === null || second === null ? null : compute(first, second)
  }
}

function aggregate(names: readonly string[], reduce: (values: readonly number[]) => number): Find {
  return (page) => {
    const samples = names.map((name) => page.get(name)).find((found) => found !== undefined)
    return samples === undefined ? null : reduce(samples.map(({ value }) => value))
  }
}
