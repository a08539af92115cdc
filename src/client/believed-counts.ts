import type { DecodedStream } from '../protocol/protocol.ts'
import type { Tokens } from '../base/units.ts'

/** What servers said of an answer's tokens, as far as the request could hold it. Null where nothing is told, or believed. */
export interface BelievedCounts {
  readonly promptTokens: Tokens | null
  readonly completionTokens: Tokens | null
  /** What was told and is not believed, in words; null where everything is. */
  readonly disbelieved: string | null
}

export interface CountedRequest {
  /** Output tokens that the request allowed. */
  readonly requested: Tokens
  /** As it was sent: the prompt is in it. */
  readonly body: string | null
}

/** With `best_of` and the like a server may count what it generated and threw away. */
const MOST_TIMES_REQUESTED = 4
/** Speculative decoding and long stream intervals put many tokens into one event. */
const MOST_TOKENS_AN_EVENT = 64
/** No model has a longer context; whatever a million requests sum up to is a safe integer. */
const MOST_TOKENS = 2 ** 24
/** A server may add so many to a prompt: its chat template, tools, a system prompt of its own. */
const MOST_ADDED_TOKENS = 2 ** 16

/**
 * Believes a count that the request can hold:
 *
 *     completion tokens <= min(2^24, max(4 x requested, 64 x output events))
 *     prompt tokens     <= bytes of the request's body + 65,536     (a token is a byte of UTF-8 at least)
 *
 * What is beyond is a broken counter, a sentinel (4294967295) or a lie, and one such number would drown the sum of a run.
 */
export function believedCounts(
  { promptTokens, completionTokens, outputEvents }: DecodedStream,
  { requested, body }: CountedRequest,
): BelievedCounts {
  const mostOutput = Math.min(
    MOST_TOKENS,
    Math.max(MOST_TIMES_REQUESTED * requested, MOST_TOKENS_AN_EVENT * outputEvents),
  )
  const isOutputBelieved = completionTokens === null || completionTokens <= mostOutput
  const isPromptBelieved =
    promptTokens === null || promptTokens <= MOST_ADDED_TOKENS || promptTokens <= mostPrompt(body)
  const disbelieved = [
    ...(isOutputBelieved ? [] : [`${completionTokens} completion tokens (${mostOutput} at most)`]),
    ...(isPromptBelieved ? [] : [`${promptTokens} prompt tokens (${mostPrompt(body)} at most)`]),
  ]
  return {
    promptTokens: isPromptBelieved ? promptTokens : null,
    completionTokens: isOutputBelieved ? completionTokens : null,
    disbelieved: disbelieved.length === 0 ? null : disbelieved.join(' and '),
  }
}

function mostPrompt(body: string | null): Tokens {
  return Buffer.byteLength(body ?? '') + MOST_ADDED_TOKENS
}
