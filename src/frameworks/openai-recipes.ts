import type { BodyInput, Fields, Recipe } from './recipe.ts'

/**
 * OpenAI's two endpoints, as each server wants to be asked for an answer of a fixed length, with only the fields that it
 * knows: some refuse others. All ask for greedy decoding, so that repeated runs ask for the same text.
 */

/** What a server takes beyond model, prompt, `stream` and `max_tokens`. */
type ServerFields = (input: BodyInput) => Fields

/** Completions. Fixes the length unless told otherwise. */
export function completions(fields: ServerFields, canFixLength = true): Recipe {
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

/** Chat: the server's template adds tokens to every prompt. */
export function chat(fields: ServerFields, canFixLength = true): Recipe {
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

export const USAGE: Fields = { stream_options: { include_usage: true } }

export function ignoreEos({ fixedLength }: BodyInput): Fields {
  return fixedLength ? { ignore_eos: true } : {}
}

export function minTokens({ fixedLength, outputTokens }: BodyInput): Fields {
  return fixedLength ? { min_tokens: outputTokens } : {}
}

/** For a server without `ignore_eos` and without a minimum: its short answers are flagged. */
export function plainFields(): Fields {
  return { temperature: 0, ...USAGE }
}
