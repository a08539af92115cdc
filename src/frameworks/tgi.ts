import * as z from 'zod'
import { serverTargets } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { LOCALHOST, PORT } from './launch.ts'
import { total } from './metrics-table.ts'
import { chat, completions, plainFields } from './openai-recipes.ts'
import type { Recipe } from './recipe.ts'

/** A temperature of 0 is refused here, and there is no way to fix the length. */
const generate: Recipe = {
  protocol: 'tgi-generate',
  path: '/generate_stream',
  canFixLength: false,
  body: ({ prompt, outputTokens }) => ({
    inputs: prompt,
    parameters: { max_new_tokens: outputTokens, details: true, do_sample: false },
  }),
}

export const TGI = defineFramework({
  id: 'tgi',
  factory: 'tgi',
  urlVariable: 'TGI_URL',
  port: 3000,
  endpoints: {
    native: generate,
    completions: completions(() => ({ temperature: 0 }), false),
    chat: chat(plainFields, false),
  },
  launch: ({ model }) => ({
    command: ['text-generation-launcher', '--model-id', model, '--hostname', LOCALHOST, '--port', PORT],
    stopSignal: 'SIGTERM',
    healthPath: '/health',
  }),
  causes: [
    {
      // While it warms up.
      pattern: /Not enough memory to handle \d+ (prefill|total) tokens/i,
      hint: 'TGI cannot hold its largest batch. Lower --max-batch-prefill-tokens, --max-total-tokens or --max-input-tokens.',
    },
  ],
  versionPages: [versionAt('/info')],
  // All versions have it; `/v1/models` is younger.
  modelPage: { path: '/info', schema: z.object({ model_id: z.string() }).transform((info) => [info.model_id]) },
  // Its tokens are counted when an answer is over.
  metrics: {
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
  },
})

/** Text Generation Inference, by its `/generate_stream` (`native`) unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export const tgi = serverTargets(TGI)
