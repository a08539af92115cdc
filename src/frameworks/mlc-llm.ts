import { mlcBatch64, mlcW4a16 } from '../simulator/profiles/mlc-llm.ts'
import { engineTargets } from './define-target.ts'
import { defineFramework } from './framework.ts'
import { HOST_AND_PORT } from './launch.ts'
import { total } from './metrics-table.ts'
import { chat, completions, USAGE } from './openai-recipes.ts'
import type { BodyInput, Fields } from './recipe.ts'
import { isOlder } from './version.ts'

export const MLC_LLM = defineFramework({
  id: 'mlc-llm',
  factory: 'mlcLlm',
  urlVariable: 'MLC_LLM_URL',
  port: 8000,
  variant: 'w4a16',
  profiles: [mlcW4a16, mlcBatch64],
  // By chat as in the published study.
  endpoints: { chat: chat(fields({ n: 1 })), completions: completions(fields({ n: 1, best_of: 1 })) },
  // Without --enable-debug later versions refuse `ignore_eos`; dev1166 does not know the flag.
  launch: ({ model, version }) => ({
    command: [
      'mlc_llm',
      'serve',
      model,
      '--mode',
      'server',
      ...HOST_AND_PORT,
      ...(version?.includes('dev1166') === true ? [] : ['--enable-debug']),
    ],
    stopSignal: 'SIGINT',
    healthPath: null,
  }),
  causes: [
    {
      // The engine's thread dies of it, its HTTP server stays up (mlc-llm#2243).
      pattern: /TVMError.*Failed to allocate|Failed to allocate \d+ bytes with alignment/i,
      hint: 'mlc-llm ran out of GPU memory; its engine is dead although its HTTP server still accepts requests. Lower --max-batch-size, --max-total-seq-length or --gpu-memory-utilization.',
    },
    {
      pattern: /TVMError/,
      hint: 'The engine of mlc-llm is dead although its HTTP server still accepts requests. Report it with the log.',
    },
  ],
  // It does not tell what is running and what is waiting.
  metrics: {
    mark: 'engine_decode_time_sum',
    levels: {
      promptThroughput: total('prefill_tokens_per_s'),
      generationThroughput: total('decode_tokens_per_s'),
      promptTokens: total('prompt_tokens_sum'),
      generationTokens: total('completion_tokens_sum'),
    },
    histograms: {},
  },
})

/**
 * The study's mlc-llm (0.1.dev1166) takes `ignore_eos` itself and sends usage unasked. Later it moved into
 * `debug_config`, which a server without `--enable-debug` drops: answers are then short, and flagged. A version in
 * between, or an unknown one, is told both ways.
 */
function fields(atOnce: Fields): (input: BodyInput) => Fields {
  return ({ version, fixedLength }) => {
    const isOld = /^v?0\.1\.dev(\d+)/.exec(version ?? '')?.[1]
    const knowsOld = isOlder(version, 0, 15) !== false
    const knowsNew = isOld === undefined || Number(isOld) > 1166
    return {
      temperature: 0,
      ...(knowsOld ? atOnce : {}),
      ...(knowsNew ? USAGE : {}),
      ...(fixedLength && knowsOld ? { ignore_eos: true } : {}),
      ...(fixedLength && knowsNew ? { debug_config: { ignore_eos: true } } : {}),
    }
  }
}

/** mlc-llm: simulated as 0.1.dev1166 with 4-bit weights unless given a URL. */
export const mlcLlm = engineTargets(MLC_LLM)
