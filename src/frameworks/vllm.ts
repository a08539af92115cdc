import { vllmAwq, vllmBase, vllmChunkedPrefill, vllmFlashAttention } from '../simulator/profiles/vllm.ts'
import { engineTargets } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { HOST_AND_PORT } from './launch.ts'
import { fullest, total } from './metrics-table.ts'
import { chat, completions, ignoreEos, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields } from './recipe.ts'
import { isOlder } from './version.ts'

export const VLLM = defineFramework({
  id: 'vllm',
  factory: 'vllm',
  urlVariable: 'VLLM_URL',
  port: 8000,
  profiles: [vllmBase, vllmFlashAttention, vllmAwq, vllmChunkedPrefill],
  endpoints: { completions: completions(fields), chat: chat(fields) },
  // `vllm serve` came with 0.5.3; the module does the same, and still exists.
  launch: ({ model, version }) => ({
    command: [
      ...(isOlder(version, 0, 6) === true
        ? ['python3', '-m', 'vllm.entrypoints.openai.api_server', '--model', model]
        : ['vllm', 'serve', model]),
      ...HOST_AND_PORT,
    ],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  causes: [
    {
      // Before and after 0.5.
      pattern: /No available memory for the cache blocks/i,
      hint: 'vLLM has no memory left for its KV cache once the weights are loaded. Raise --gpu-memory-utilization, or take a smaller or quantised model or a GPU with more memory.',
    },
    {
      pattern:
        /larger than the maximum number of tokens that can be stored in KV cache|To serve at least one request with the model's max seq len/i,
      hint: "The KV cache cannot hold one request of the model's whole context. Lower --max-model-len, or raise --gpu-memory-utilization.",
    },
  ],
  consequences: [
    {
      pattern: /EngineDeadError|AsyncEngineDeadError|Background loop has errored/,
      hint: 'The engine of vLLM has died; the reason stands further up in its log.',
    },
  ],
  versionPages: [versionAt('/version')],
  // Both generations: 0.4.1 and V1, which counts preemptions, queries of its prefix cache, and more histograms.
  metrics: {
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
  },
  logNames: {
    running: ['running'],
    waiting: ['waiting'],
    // 0.4.1
    pending: ['waiting'],
    swapped: ['swapped'],
    'gpu kv cache usage': ['kvCacheUse'],
    // Of its build for the CPU. Beside the GPU's, in 0.4.1, it is that of the swapped requests, and comes second.
    'cpu kv cache usage': ['kvCacheUse'],
    'avg prompt throughput': ['promptThroughput'],
    'avg generation throughput': ['generationThroughput'],
  },
})

/**
 * Before 0.5 vLLM sends usage unasked and has no `stream_options` (0.4.2 and 0.4.3 refuse unknown fields), and has
 * `best_of` and beam search, either of which would turn the stream into one event. An unknown version counts as new.
 */
function fields(input: BodyInput): Fields {
  return {
    temperature: 0,
    ...(isOlder(input.version, 0, 5) === true ? { best_of: 1, use_beam_search: false } : USAGE),
    ...ignoreEos(input),
  }
}

/**
 * vLLM: simulated as 0.4.1 on one RTX 3090 unless given a URL. Variants `base`, `flash-attn`, `awq`, and
 * `chunked-prefill`: the scheduler of vLLM V1, an estimate that no published table stands behind.
 */
export const vllm = engineTargets(VLLM)
