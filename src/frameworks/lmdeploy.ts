import { lmdeployBase, lmdeployKvInt8 } from '../simulator/profiles/lmdeploy.ts'
import { engineTargets } from './define-target.ts'
import { defineFramework } from './framework.ts'
import { LOCALHOST, PORT } from './launch.ts'
import { fullest, total } from './metrics-table.ts'
import { chat, completions, ignoreEos, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields } from './recipe.ts'
import { isOlder } from './version.ts'

export const LMDEPLOY = defineFramework({
  id: 'lmdeploy',
  factory: 'lmdeploy',
  urlVariable: 'LMDEPLOY_URL',
  port: 23_333,
  profiles: [lmdeployBase, lmdeployKvInt8],
  endpoints: { completions: completions(fields), chat: chat(fields) },
  // /health is younger than 0.4.0.
  launch: ({ model }) => ({
    command: ['lmdeploy', 'serve', 'api_server', model, '--server-name', LOCALHOST, '--server-port', PORT],
    stopSignal: 'SIGINT',
    healthPath: null,
  }),
  // 0.16. Its `time_per_output_token_seconds` has an observation for each step, so it is no TPOT of requests.
  metrics: {
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
  },
  logNames: {
    'engine (running/waiting)': ['running', 'waiting'],
    'kv cache': ['kvCacheUse'],
    'avg thr (in/out)': ['promptThroughput', 'generationThroughput'],
  },
})

/** `top_k: 1` is lmdeploy's greedy decoding. Usage comes from 0.6 on. An unknown version counts as new. */
function fields(input: BodyInput): Fields {
  return {
    top_k: 1,
    ...(isOlder(input.version, 0, 6) === true ? {} : USAGE),
    ...ignoreEos(input),
  }
}

/** lmdeploy (TurboMind): simulated as 0.4.0 unless given a URL. Variants `base`, `kv-int8`. */
export const lmdeploy = engineTargets(LMDEPLOY)
