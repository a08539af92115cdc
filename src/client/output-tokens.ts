import type { DecodedStream } from '../protocol/protocol.ts'
import type { TokenSource } from '../record.ts'
import type { Tokens } from '../base/units.ts'

export interface OutputTokens {
  readonly tokens: Tokens | null
  readonly source: TokenSource | null
}

export interface CountOptions {
  /** The server's own count, if it told one that is believed. */
  readonly usage: Tokens | null
  readonly requested: Tokens
  /** The request asked for exactly that many. */
  readonly fixedLength: boolean
  /** Counts the tokens of a whole answer. Needs a decoder that keeps the text. */
  readonly retokenise?: ((text: string) => Tokens) | undefined
}

/**
 * How many tokens an answer has, from the best witness there is:
 *
 * 1. the server's usage, where it is above 0 and believed (`believed-counts.ts`);
 * 2. a fixed length that was honoured: the server says that it stopped for `length`, or sent one event for each token;
 * 3. one tokenisation of the whole text, never piece by piece;
 * 4. the number of events with output, which is an estimate.
 *
 * Null without output, whatever was asked for.
 */
export function countOutputTokens(state: DecodedStream, options: CountOptions): OutputTokens {
  const { usage, requested, fixedLength, retokenise } = options
  const { outputEvents, finishReason, text, reasoningText } = state
  if (usage !== null && usage > 0) return { tokens: usage, source: 'usage' }
  if (outputEvents === 0) return { tokens: null, source: null }
  if (fixedLength && (finishReason === 'length' || outputEvents === requested)) {
    return { tokens: requested, source: 'fixed-length' }
  }
  if (retokenise !== undefined) return { tokens: retokenise(reasoningText + text), source: 'retokenised' }
  return { tokens: outputEvents, source: 'events' }
}
