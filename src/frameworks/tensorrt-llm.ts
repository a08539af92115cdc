import { tensorrtLlmBase } from '../simulator/profiles/tensorrt-llm.ts'
import { engineTarget, serverOrEngineTarget, serverTarget } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { HOST_AND_PORT, LOCALHOST, METRICS_PORT, PORT } from './launch.ts'
import { combine, fullest, labelled, total } from './metrics-table.ts'
import { chat, completions, ignoreEos, minTokens, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields, Recipe } from './recipe.ts'
import { checkTargetOptions, type SimulatedTargetOptions, type TargetOptions } from './target-options.ts'
import type { Target } from './target.ts'

/** What its two servers share. */
const BOTH = { id: 'tensorrt-llm', factory: 'tensorrtLlm', urlVariable: 'TENSORRT_LLM_URL', port: 8000 }

/** Triton's generate endpoint: no `ignore_eos`, a minimum length instead. */
const generate: Recipe = {
  protocol: 'triton-generate',
  path: '/v2/models/ensemble/generate_stream',
  canFixLength: true,
  body: ({ prompt, outputTokens, fixedLength }) => ({
    text_input: prompt,
    max_tokens: outputTokens,
    stream: true,
    bad_words: '',
    stop_words: '',
    top_k: 1,
    ...(fixedLength ? { min_length: outputTokens } : {}),
  }),
}

export const TRITON = defineFramework({
  ...BOTH,
  server: 'triton',
  profiles: [tensorrtLlmBase],
  endpoints: { native: generate },
  // What launch_triton_server.py starts for one GPU. The script itself returns at once and leaves its server behind.
  launch: ({ model }) => ({
    command: [
      'mpirun',
      '--allow-run-as-root',
      '-n',
      '1',
      'tritonserver',
      `--model-repository=${model}`,
      '--disable-auto-complete-config',
      '--backend-config=python,shm-region-prefix-name=prefix0_',
      `--http-address=${LOCALHOST}`,
      `--http-port=${PORT}`,
      '--allow-grpc=false',
      `--metrics-port=${METRICS_PORT}`,
    ],
    stopSignal: 'SIGTERM',
    healthPath: '/v2/health/ready',
  }),
  causes: [
    {
      // TensorRT-LLM 0.9 under Triton (TensorRT-LLM#1279).
      pattern: /freeBlockIterator\.has_value\(\)|kvCacheManager\.cpp/,
      hint: 'TensorRT-LLM ran out of KV-cache blocks; Triton stays up, but the model is broken. Raise kv_cache_free_gpu_mem_fraction, or take guaranteed_no_evict as batch_scheduler_policy.',
    },
  ],
  // The model is named in the path, and Triton lists models and versions by a protocol of its own.
  modelPage: null,
  metricsPages: [
    { path: '/metrics', port: 8002 },
    { path: '/metrics', port: null },
  ],
  // No histogram; Triton's own queue is not that of the batcher.
  metrics: {
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
  },
})

export const TRTLLM_SERVE = defineFramework({
  ...BOTH,
  server: 'trtllm-serve',
  endpoints: { completions: completions(serveFields), chat: chat(serveFields) },
  launch: ({ model }) => ({
    command: ['trtllm-serve', model, ...HOST_AND_PORT],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  versionPages: [versionAt('/version')],
  // The list at /metrics is drained by reading (src/telemetry/trtllm-iterations.ts): the last resort.
  metricsPages: [
    { path: '/prometheus/metrics', port: null },
    { path: '/metrics', port: null },
  ],
  metrics: {
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
  },
})

/** trtllm-serve refuses every field that it does not know. */
function serveFields(input: BodyInput): Fields {
  return { temperature: 0, ...USAGE, ...ignoreEos(input), ...minTokens(input) }
}

export type TensorrtLlmOptions =
  | (Omit<TargetOptions, 'endpoint'> & { readonly server?: 'triton' })
  | (TargetOptions & { readonly server: 'trtllm-serve' })

/**
 * TensorRT-LLM behind Triton: simulated as 0.9.0 unless given a URL. That profile is an estimate: no table was published.
 * With `server: 'trtllm-serve'`, behind its own server, which needs a URL.
 */
export function tensorrtLlm(options: TensorrtLlmOptions = {}): Target {
  checkTargetOptions('tensorrtLlm', options, 'either server')
  const { server = 'triton', ...others } = options
  if (server === 'triton') return serverOrEngineTarget(TRITON, others)
  return serverTarget(TRTLLM_SERVE, others)
}

/** The engine behind Triton, in virtual time: see `vllm.simulated`. */
tensorrtLlm.simulated = (options: Omit<SimulatedTargetOptions, 'endpoint'> = {}): Target => {
  checkTargetOptions('tensorrtLlm.simulated', options, 'simulated')
  return engineTarget(TRITON, options)
}
