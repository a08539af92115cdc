import type { Ms, Tokens } from '../base/units.ts'

/** The token at a position (from 0) of a sequence, its prompt first and then its answer: equal numbers, equal tokens. */
export type TokenIds = (position: number) => number

/** What is asked of an engine. */
export interface EngineRequest {
  /** Unique among the requests that are alive. */
  readonly id: number
  readonly promptTokens: Tokens
  readonly maxTokens: Tokens
  /** The model ends the answer by itself with this token, counted from 1; absent when it runs to `maxTokens`. */
  readonly stopAfter?: Tokens
  /** What the tokens are; absent where only their number is known, so that a prefix cache has no use for them. */
  readonly ids?: TokenIds
}

/** A request inside the engine. */
export interface Sequence {
  readonly id: number
  readonly promptTokens: Tokens
  readonly maxTokens: Tokens
  readonly stopAfter: Tokens
  readonly ids: TokenIds | null
  /** When the scheduler first sees it, or next asks for a slot. */
  visibleAt: Ms
  generated: Tokens
  /** Of the prompt, and of what was generated before a preemption: still to prefill before the next token. */
  toPrefill: Tokens
  /** KV blocks held. */
  blocks: number
  /** Found in the prefix cache when it was first admitted; null before, and in an engine without one. */
  cachedTokens: Tokens | null
  cancelled: boolean
}
