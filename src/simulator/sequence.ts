import type { Ms, Tokens } from '../units.ts'

/** What is asked of an engine. */
export interface EngineRequest {
  /** Unique among the requests that are alive. */
  readonly id: number
  readonly promptTokens: Tokens
  readonly maxTokens: Tokens
  /** The model ends the answer by itself with this token, counted from 1; absent when it runs to `maxTokens`. */
  readonly stopAfter?: Tokens
}

/** A request inside the engine. */
export interface Sequence {
  readonly id: number
  readonly promptTokens: Tokens
  readonly maxTokens: Tokens
  readonly stopAfter: Tokens
  /** When the scheduler first sees it, or next asks for a slot. */
  visibleAt: Ms
  generated: Tokens
  /** Of the prompt, and of what was generated before a preemption: still to prefill before the next token. */
  toPrefill: Tokens
  /** KV blocks held. */
  blocks: number
  cancelled: boolean
}
