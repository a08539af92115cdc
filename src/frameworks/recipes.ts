import type { BodyInput, Recipe } from './target.ts'
import { isOlder } from './version.ts'

/**
 * How each server is asked for an answer of a fixed length, with only the fields that it knows: some refuse others.
 *
 * All ask for greedy decoding, so that repeated runs ask for the same text.
 */

type Fields = Readonly<Record<string, unknown>>

/** What a server takes beyond model, prompt, `stream` and `max_tokens`. */
type ServerFields = (input: BodyInput) => Fields

const USAGE: Fields = { stream_options: { include_usage: true } }

/** OpenAI's completions. Fixes the length unless told otherwise. */
function completions(fields: ServerFields, canFixLength = true): Recipe {
  return {
    protocol: 'openai-completions',
    path: '/v1/completions',
    canFixLength,
    body: (input) => ({
      model: input.model,
      prompt: input.prompt,
      stream: true,
      max_tokens: input.outputTokens,
      ...fields(input),
    }),
  }
}

/** OpenAI's chat: the server's template adds tokens to every prompt. */
function chat(fields: ServerFields, canFixLength = true): Recipe {
  return {
    protocol: 'openai-chat',
    path: '/v1/chat/completions',
    canFixLength,
    body: (input) => ({
      model: input.model,
      messages: [{ role: 'user', content: input.prompt }],
      stream: true,
      max_tokens: input.outputTokens,
      ...fields(input),
    }),
  }
}

const ignoreEos = ({ fixedLength }: BodyInput): Fields => (fixedLength ? { ignore_eos: true } : {})

const minTokens = ({ fixedLength, outputTokens }: BodyInput): Fields =>
  fixedLength ? { min_tokens: outputTokens } : {}

/**
 * Before 0.5 vLLM sends usage unasked and has no `stream_options` (0.4.2 and 0.4.3 refuse unknown fields), and has
 * `best_of` and beam search, either of which would turn the stream into one event. An unknown version counts as new.
 */
const vllmFields: ServerFields = (input) => ({
  temperature: 0,
  ...(isOlder(input.version, 0, 5) === true ? { best_of: 1, use_beam_search: false } : USAGE),
  ...ignoreEos(input),
})

/** `top_k: 1` is lmdeploy's greedy decoding. Usage comes from 0.6 on. An unknown version counts as new. */
const lmdeployFields: ServerFields = (input) => ({
  top_k: 1,
  ...(isOlder(input.version, 0, 6) === true ? {} : USAGE),
  ...ignoreEos(input),
})

/** trtllm-serve refuses every field that it does not know. */
const trtllmServeFields: ServerFields = (input) => ({
  temperature: 0,
  ...USAGE,
  ...ignoreEos(input),
  ...minTokens(input),
})

/**
 * The study's mlc-llm (0.1.dev1166) takes `ignore_eos` itself and sends usage unasked. Later it moved into
 * `debug_config`, which a server without `--enable-debug` drops: answers are then short, and flagged. A version in
 * between, or an unknown one, is told both ways.
 */
const mlcFields =
  (atOnce: Fields): ServerFields =>
  ({ version, fixedLength }) => {
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

const sglangFields: ServerFields = (input) => ({ temperature: 0, ...USAGE, ...ignoreEos(input), ...minTokens(input) })

/** Its prompt cache is off: a repeated prompt would cost nothing. */
const llamaCppFields: ServerFields = (input) => ({ temperature: 0, cache_prompt: false, ...ignoreEos(input) })

/** No `ignore_eos`, no minimum: short answers are flagged. */
const plainFields: ServerFields = () => ({ temperature: 0, ...USAGE })

/** TensorRT-LLM behind Triton's generate endpoint: no `ignore_eos`, a minimum length instead. */
const triton: Recipe = {
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

const sglangGenerate: Recipe = {
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

const llamaCppCompletion: Recipe = {
  protocol: 'llamacpp-completion',
  path: '/completion',
  canFixLength: true,
  body: (input) => ({
    prompt: input.prompt,
    stream: true,
    n_predict: input.outputTokens,
    ...llamaCppFields(input),
  }),
}

/** TGI refuses a temperature of 0 here, and has no way to fix the length. */
const tgiGenerate: Recipe = {
  protocol: 'tgi-generate',
  path: '/generate_stream',
  canFixLength: false,
  body: ({ prompt, outputTokens }) => ({
    inputs: prompt,
    parameters: { max_new_tokens: outputTokens, details: true, do_sample: false },
  }),
}

/** By server and endpoint; the first endpoint of each is its default. `native` is the server's own protocol. */
export const RECIPES = {
  vllm: { completions: completions(vllmFields), chat: chat(vllmFields) },
  lmdeploy: { completions: completions(lmdeployFields), chat: chat(lmdeployFields) },
  triton: { native: triton },
  'trtllm-serve': { completions: completions(trtllmServeFields), chat: chat(trtllmServeFields) },
  // By chat as in the published study.
  'mlc-llm': { chat: chat(mlcFields({ n: 1 })), completions: completions(mlcFields({ n: 1, best_of: 1 })) },
  sglang: { completions: completions(sglangFields), chat: chat(sglangFields), native: sglangGenerate },
  'llama.cpp': {
    // Its completions tell usage unasked.
    completions: completions(llamaCppFields),
    chat: chat((input) => ({ ...llamaCppFields(input), ...USAGE })),
    native: llamaCppCompletion,
  },
  tgi: {
    native: tgiGenerate,
    completions: completions(() => ({ temperature: 0 }), false),
    chat: chat(plainFields, false),
  },
  ollama: { chat: chat(plainFields, false), completions: completions(plainFields, false) },
  openai: { chat: chat(plainFields, false), completions: completions(plainFields, false) },
} satisfies Readonly<Record<string, Readonly<Partial<Record<EndpointName, Recipe>>>>>

/** The servers that we know how to talk to; TensorRT-LLM has two. */
export type ServerName = keyof typeof RECIPES

export type EndpointName = 'completions' | 'chat' | 'native'
