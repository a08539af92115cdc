import * as z from 'zod'
import { serverTargets } from './define-target.ts'
import { defineFramework } from './framework.ts'
import { HOST_AND_PORT } from './launch.ts'
import { fullest, total } from './metrics-table.ts'
import { chat, completions, ignoreEos, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields, Recipe } from './recipe.ts'

const completion: Recipe = {
  protocol: 'llamacpp-completion',
  path: '/completion',
  canFixLength: true,
  body: (input) => ({
    prompt: input.prompt,
    stream: true,
    n_predict: input.outputTokens,
    ...fields(input),
  }),
}

export const LLAMA_CPP = defineFramework({
  id: 'llama.cpp',
  factory: 'llamaCpp',
  urlVariable: 'LLAMA_CPP_URL',
  port: 8080,
  endpoints: {
    // Its completions tell usage unasked.
    completions: completions(fields),
    chat: chat((input) => ({ ...fields(input), ...USAGE })),
    native: completion,
  },
  launch: ({ model }) => ({
    command: ['llama-server', '-m', model, ...HOST_AND_PORT, '--metrics'],
    stopSignal: 'SIGTERM',
    healthPath: '/health',
  }),
  causes: [
    {
      pattern: /failed to allocate .*buffer|unable to allocate (CUDA|ROCm|Metal|Vulkan|CPU)\w* buffer/i,
      hint: 'llama.cpp found no memory for its weights or its KV cache. Lower -c or -ngl, quantise the cache (-ctk q8_0 -ctv q8_0), or take a smaller model.',
    },
  ],
  // `b4747-0a1b2c3d`, or `4747-...` in between: the build and its commit.
  versionPages: [
    { path: '/props', schema: z.object({ build_info: z.string() }).transform((props) => props.build_info) },
  ],
  // Its tokens are counted when an answer is over.
  metrics: {
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
  },
})

/** Its prompt cache is off: a repeated prompt would cost nothing. */
function fields(input: BodyInput): Fields {
  return { temperature: 0, cache_prompt: false, ...ignoreEos(input) }
}

/** llama.cpp's `llama-server`. Needs a URL or a launch. `endpoint: 'native'` is its `/completion`. */
export const llamaCpp = serverTargets(LLAMA_CPP)
