import type { Answer } from './answer.ts'
import type { JsonObject } from './json.ts'
import type { DecoderOptions } from './protocol.ts'
import type { Tokens } from '../base/units.ts'

/** One wire format of streamed answers. */
export interface Protocol {
  /** What separates its events: server-sent events, JSON with a line end or a NUL behind it, or nothing, where there are none. */
  readonly framing: 'sse' | 'lines' | 'nul' | 'none'
  /** A reader for one answer, which it may remember. */
  reader(answer: Answer, options: DecoderOptions): EventReader
  /** As a server reports in the middle of an answer that it failed. */
  errorEnding(message: string): string
  /** As a server ends an answer by itself after so many tokens; empty where the protocol just ends. */
  shortEnding(tokens: Tokens): string
}

/** Understands the JSON events of one protocol. One is made for each answer. */
export interface EventReader {
  /** Takes one event into the answer. False when the event is none of this protocol's; errors are dealt with before. */
  read(event: JsonObject, answer: Answer): boolean
  /** The server has said that the answer is whole, or the protocol has no way of saying so. */
  isComplete(answer: Answer): boolean
  /**
   * Names of the members that may hold generated text, for readers that understand each event by itself, whatever came
   * before: their ordinary events need not be parsed one by one. Absent where an event depends on earlier ones.
   */
  textKeys?(): readonly string[]
}
