import type { Answer } from './answer.ts'
import type { JsonObject } from './json.ts'

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
