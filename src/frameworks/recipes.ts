import type { Recipe } from './target.ts'

/**
 * How each server is asked for an answer of a fixed length, with only the fields that it knows.
 *
 * All ask for greedy decoding, so that repeated runs ask for the same text.
 */

/**
 * vLLM since 0.4.1, and SGLang, which takes the same fields. Old versions of vLLM ignore `stream_options` and send usage
 * unasked; newer ones need it.
 */
export const vllmRecipe: Recipe = completionsRecipe({ temperature: 0 })

/** lmdeploy since 0.4.0. `top_k: 1` is its greedy decoding; usage comes from 0.6.0 on. */
export const lmdeployRecipe: Recipe = completionsRecipe({ top_k: 1 })

/** TensorRT-LLM behind Triton's generate endpoint: no `ignore_eos`, a minimum length instead. */
export const tritonRecipe: Recipe = {
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

/** mlc-llm, by its chat endpoint as in the published study: the template adds tokens to every prompt. */
export const mlcRecipe: Recipe = {
  protocol: 'openai-chat',
  path: '/v1/chat/completions',
  canFixLength: true,
  body: ({ model, prompt, outputTokens, fixedLength }) => ({
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    max_tokens: outputTokens,
    temperature: 0,
    ...(fixedLength ? { ignore_eos: true } : {}),
  }),
}

/** Any OpenAI-compatible chat server. It has no way to force the length: short answers are flagged. */
export const openaiRecipe: Recipe = {
  protocol: 'openai-chat',
  path: '/v1/chat/completions',
  canFixLength: false,
  body: ({ model, prompt, outputTokens }) => ({
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    max_tokens: outputTokens,
    temperature: 0,
    stream_options: { include_usage: true },
  }),
}

/** OpenAI's completions with `ignore_eos`, which several servers add; `greedy` is how each switches sampling off. */
function completionsRecipe(greedy: Readonly<Record<string, unknown>>): Recipe {
  return {
    protocol: 'openai-completions',
    path: '/v1/completions',
    canFixLength: true,
    body: ({ model, prompt, outputTokens, fixedLength }) => ({
      model,
      prompt,
      stream: true,
      max_tokens: outputTokens,
      ...greedy,
      stream_options: { include_usage: true },
      ...(fixedLength ? { ignore_eos: true } : {}),
    }),
  }
}
