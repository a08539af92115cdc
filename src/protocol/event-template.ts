import { Answer } from './answer.ts'
import { errorText } from './error-text.ts'
import type { EventReader } from './event-reader.ts'
import { isJsonObject, parseJson } from './json.ts'

/** Something no server writes, put in the place of an event's text to see where it comes out. */
const PROBE = 'probe \u0001'
const PROBE_JSON = JSON.stringify(PROBE).slice(1, -1)

/** Ordinary events are a few hundred characters long; the pattern below would run deep in a text of megabytes. */
const MAX_LENGTH = 8192

const QUOTE = 34
const BACKSLASH = 92
const LOWER_U = 117
const FIRST_PRINTABLE = 32
/** What may follow a backslash in JSON, `u` with its digits apart. */
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (c) => c.charCodeAt(0)))

/**
 * An ordinary event of one stream with its text taken out. Within a stream such events differ in nothing but the text, so
 * the bytes alone tell that an event is one more of the kind, and JSON.parse need not.
 */
export class EventTemplate {
  readonly kind: 'text' | 'reasoning'
  readonly #before: Buffer
  readonly #after: Buffer

  constructor(kind: 'text' | 'reasoning', before: Buffer, after: Buffer) {
    this.kind = kind
    this.#before = before
    this.#after = after
  }

  /** The event is this one with another text, and the text is valid JSON and not empty. Exact: never a guess. */
  matches(bytes: Uint8Array, start: number, end: number): boolean {
    const textStart = start + this.#before.length
    const textEnd = end - this.#after.length
    return (
      textEnd > textStart &&
      this.#before.compare(bytes, start, textStart) === 0 &&
      this.#after.compare(bytes, textEnd, end) === 0 &&
      isStringBody(bytes, textStart, textEnd)
    )
  }
}

/**
 * Makes a template of an event, or null where it has effects that more events of its kind must not repeat unseen: a
 * finish reason, token counts, an error, or output in two places.
 *
 * Proved rather than assumed: a fresh reader gets the event with a probe in the place of the text, and must report the
 * probe and nothing else.
 */
export function learnTemplate(
  event: string,
  keys: readonly string[],
  makeReader: (answer: Answer) => EventReader,
): EventTemplate | null {
  if (event.length > MAX_LENGTH) return null
  for (const key of keys) {
    const place = new RegExp(`"${key}" ?: ?"((?:[^"\\\\]|\\\\.)+)"`, 'u').exec(event)
    if (place === null) continue
    const textEnd = place.index + place[0].length - 1
    const textStart = textEnd - (place[1]?.length ?? 0)
    const before = event.slice(0, textStart)
    const after = event.slice(textEnd)
    const kind = probe(`${before}${PROBE_JSON}${after}`, makeReader)
    if (kind !== null) return new EventTemplate(kind, Buffer.from(before), Buffer.from(after))
  }
  return null
}

function probe(event: string, makeReader: (answer: Answer) => EventReader): 'text' | 'reasoning' | null {
  const json = parseJson(event)
  if (!isJsonObject(json) || errorText(json) !== null) return null
  const answer = new Answer(true)
  makeReader(answer).read(json, answer)
  const hasEffects = answer.finishReason !== null || answer.promptTokens !== null || answer.completionTokens !== null
  if (hasEffects || answer.error !== null || answer.outputEvents !== 1) return null
  if (answer.text === PROBE && answer.reasoningText === '') return 'text'
  return answer.text === '' && answer.answerEvents === 0 && answer.reasoningText === PROBE ? 'reasoning' : null
}

/** The bytes can stand between two quotes: no quote, no control character, every escape whole. */
function isStringBody(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === QUOTE || byte < FIRST_PRINTABLE) return false
    if (byte !== BACKSLASH) continue
    if (++i === end) return false
    const escaped = bytes[i] as number
    if (SIMPLE_ESCAPES.has(escaped)) continue
    if (escaped !== LOWER_U || i + 4 >= end) return false
    for (let digit = i + 1; digit <= i + 4; digit++) if (!isHexDigit(bytes[digit] as number)) return false
    i += 4
  }
  return true
}

function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)
}
