import { serverTargets } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { HOST_AND_PORT } from './launch.ts'
import { fullest, total } from './metrics-table.ts'
import { chat, completions, ignoreEos, minTokens, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields, Recipe } from './recipe.ts'

const generate: Recipe = {
  protocol: 'sglang-generate',
  path: '/generate',
  canFixLength: true,
  body: (input) => ({
    text: input.prompt,
    stream: true,
    sampling_params: {
      max_new_tokens: input.outputTokens,
      temperature: 0,
      ...ignoreEos(input),
    },
  }),
}

export const SGLANG = defineFramework({
  id: 'sglang',
  factory: 'sglang',
  urlVariable: 'SGLANG_URL',
  port: 30_000,
  endpoints: { completions: completions(fields), chat: chat(fields), native: generate },
  launch: ({ model }) => ({
    command: ['python3', '-m', 'sglang.launch_server', '--model-path', model, ...HOST_AND_PORT, '--enable-metrics'],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  versionPages: [versionAt('/server_info'), versionAt('/get_server_info')],
  metrics: {
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
  },
  logNames: {
    '#running-req': ['running'],
    '#queue-req': ['waiting'],
    'token usage': ['kvCacheUse'],
    'gen throughput (token/s)': ['generationThroughput'],
  },
})

function fields(input: BodyInput): Fields {
  return { temperature: 0, ...USAGE, ...ignoreEos(input), ...minTokens(input) }
}

/** SGLang. Needs a URL or a launch. `endpoint: 'native'` is its `/generate`. */
export const sglang = serverTargets(SGLANG)
