import { Answer } from './answer.ts'
import { errorText } from './error-text.ts'
import type { EventReader } from './event-reader.ts'
import { isJsonObject, parseJson } from './json.ts'
import { LiteralBytes } from './literal-bytes.ts'

const NO_NUMBERS: number[] = []

/** Something no server writes, put in the place of an event's text to see where it comes out. */
const PROBE = 'probe \u0001'
const PROBE_JSON = JSON.stringify(PROBE).slice(1, -1)

/** Numbers no server counts to, put in the place of an event's numbers; each kind twice, so that chance cannot agree. */
const PROBE_NUMBERS = [900_000_000_000_011, 900_000_000_000_999]

/** Ordinary events are a few hundred characters long; the patterns below would run deep in a text of megabytes. */
const MAX_LENGTH = 8192

/** Up to 15 digits are an exact integer. */
const NUMBER = /(?<=[:,[ ])(?:0|[1-9]\d{0,14})(?=[,}\] ])/gu
const MAX_DIGITS = 15

const QUOTE = 34
const BACKSLASH = 92
const LOWER_U = 117
const ZERO = 48
const FIRST_PRINTABLE = 32
/** What may follow a backslash in JSON, `u` with its digits apart. */
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (c) => c.charCodeAt(0)))

/** Where a count of tokens comes from: the number in the n-th gap, always the same, or nowhere. */
type CountSource = { readonly gap: number } | { readonly constant: number } | null

/** What may differ between the events of a template; the literal bytes around it may not. */
type Gap = 'text' | 'number'

/** How the events of a template are read. */
interface Meaning {
  readonly kind: 'text' | 'reasoning'
  readonly promptTokens: CountSource
  readonly completionTokens: CountSource
}

/** What follows the first literal of an event: it is alike in all streams of a load, as ids and times stand before the text. */
interface Rest {
  /** One for each gap, behind it. */
  readonly literals: readonly LiteralBytes[]
  readonly gaps: readonly Gap[]
  readonly meaning: Meaning
}

/** The template that this thread learnt last, with which the next one may have much in common. */
let latest: { readonly first: LiteralBytes; readonly rest: Rest; readonly restKey: string } | null = null

/**
 * An ordinary event of one stream with its text taken out, and its numbers where they differ from event to event. Within a
 * stream such events differ in nothing else, so the bytes alone tell that an event is one more of the kind, and what it
 * counts; JSON.parse need not.
 */
export class EventTemplate {
  /** What stands before the first gap, the ends of lines included. */
  readonly #first: LiteralBytes
  readonly #rest: Rest
  /** Of the event matched last, by gap. */
  readonly #numbers: number[]

  /** `literals` are one more than there are gaps; with the lines' ends, the first and the last reach from event to event. */
  constructor(meaning: Meaning, literals: readonly Uint8Array[], gaps: readonly Gap[]) {
    const [first = new Uint8Array(0), ...others] = literals
    const restKey = JSON.stringify([meaning, gaps, others.map((bytes) => Buffer.from(bytes).toString('latin1'))])
    this.#first = new LiteralBytes(first, latest?.first)
    this.#rest =
      latest?.restKey === restKey
        ? latest.rest
        : { meaning, gaps, literals: others.map((bytes) => new LiteralBytes(bytes)) }
    this.#numbers = gaps.includes('number') ? gaps.map(() => 0) : NO_NUMBERS
    latest = { first: this.#first, rest: this.#rest, restKey }
  }

  /**
   * Where the event that begins at `start` ends, when it is one of the template and lies before `end`: the text is valid JSON
   * and not empty, numbers are whole. Else -1. Exact: never a guess.
   */
  match(bytes: Uint8Array, start: number, end: number): number {
    const first = this.#first
    if (!first.isAt(bytes, start, end)) return -1
    const { literals, gaps } = this.#rest
    let at = start + first.length
    for (let i = 0; i < literals.length; i++) {
      const next = gaps[i] === 'text' ? endOfText(bytes, at, end) : this.#takeNumber(i, bytes, at, end)
      if (next === -1) return -1
      const literal = literals[i]!
      if (!literal.isAt(bytes, next, end)) return -1
      at = next + literal.length
    }
    return at
  }

  /** Counts the event matched last. */
  count(answer: Answer): void {
    const { kind, promptTokens, completionTokens } = this.#rest.meaning
    answer.events++
    answer.countOutput(kind)
    if (promptTokens !== null || completionTokens !== null) {
      answer.setTokens(this.#valueOf(promptTokens), this.#valueOf(completionTokens))
    }
  }

  #takeNumber(gap: number, bytes: Uint8Array, start: number, end: number): number {
    let value = 0
    let at = start
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    const digits = at - start
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[start] === ZERO)) return -1
    this.#numbers[gap] = value
    return at
  }

  #valueOf(source: CountSource): number | null {
    if (source === null) return null
    return 'gap' in source ? this.#numbers[source.gap]! : source.constant
  }
}

/** An event as it came: the whole of it with the ends of its lines, and where in it the data lies. */
export interface WholeEvent {
  readonly before: Uint8Array
  readonly data: string
  readonly after: Uint8Array
}

/**
 * Makes a template of an event, or null where it has effects that more events of its kind must not repeat unseen: a finish
 * reason, an error, or output in two places. `previous` is the data of an earlier event of the stream, if there was one:
 * numbers in which the two differ may differ again.
 *
 * Proved rather than assumed: a fresh reader gets the event with probes in the places of text and numbers, and must report
 * the probes and nothing else.
 */
export function learnTemplate(
  event: WholeEvent,
  previous: string | null,
  keys: readonly string[],
  makeReader: (answer: Answer) => EventReader,
): EventTemplate | null {
  if (event.data.length > MAX_LENGTH) return null
  for (const key of keys) {
    const parts = splitAtText(event.data, key)
    if (parts === null) continue
    const gaps = findGaps(parts, previous === null ? null : splitAtText(previous, key))
    const [meaning, again] = PROBE_NUMBERS.map((number) => probe(gaps, number, makeReader))
    if (meaning === null || meaning === undefined || !isSame(meaning, again)) continue
    const literals = gaps.literals.map((literal) => Buffer.from(literal))
    const [first = Buffer.alloc(0)] = literals
    literals[0] = Buffer.concat([event.before, first])
    literals.push(Buffer.concat([literals.pop()!, event.after]))
    return new EventTemplate(meaning, literals, gaps.kinds)
  }
  return null
}

/** What stands before and behind the text of the member `key`; null where there is none or it is empty. */
function splitAtText(event: string, key: string): readonly [string, string] | null {
  const place = new RegExp(`"${key}" ?: ?"((?:[^"\\\\]|\\\\.)+)"`, 'u').exec(event)
  if (place === null) return null
  const textEnd = place.index + place[0].length - 1
  const textStart = textEnd - (place[1]?.length ?? 0)
  return [event.slice(0, textStart), event.slice(textEnd)]
}

/** Literals and the gaps between them, in turn. */
interface Gaps {
  readonly literals: readonly string[]
  readonly kinds: readonly Gap[]
}

/** The text is a gap, and so is each number that has another value in an earlier event of the same shape. */
function findGaps([before, after]: readonly [string, string], previous: readonly [string, string] | null): Gaps {
  const left = gapsBetween(before, previous?.[0] ?? before)
  const right = gapsBetween(after, previous?.[1] ?? after)
  return {
    literals: [...left, ...right],
    kinds: [...left.slice(1).map(() => 'number' as const), 'text', ...right.slice(1).map(() => 'number' as const)],
  }
}

/** The pieces of `text` between the numbers in which it differs from `other`; all of it when they differ in more. */
function gapsBetween(text: string, other: string): string[] {
  if (text === other || text.replace(NUMBER, '#') !== other.replace(NUMBER, '#')) return [text]
  const others = [...other.matchAll(NUMBER)]
  const pieces: string[] = []
  let start = 0
  for (const [i, { 0: number, index }] of [...text.matchAll(NUMBER)].entries()) {
    if (number === others[i]?.[0]) continue
    pieces.push(text.slice(start, index))
    start = index + number.length
  }
  return [...pieces, text.slice(start)]
}

function probe({ literals, kinds }: Gaps, number: number, makeReader: (answer: Answer) => EventReader): Meaning | null {
  const fill = (i: number): string => {
    if (i === kinds.length) return ''
    return kinds[i] === 'text' ? PROBE_JSON : String(number + i)
  }
  const json = parseJson(literals.map((literal, i) => literal + fill(i)).join(''))
  if (!isJsonObject(json) || errorText(json) !== null) return null
  const answer = new Answer(true)
  makeReader(answer).read(json, answer)
  if (answer.finishReason !== null || answer.error !== null || answer.outputEvents !== 1) return null
  const kind = probedKind(answer)
  if (kind === null) return null
  const sourceOf = (count: number | null): CountSource => {
    if (count === null) return null
    const gap = kinds.findIndex((kind, i) => kind === 'number' && count === number + i)
    return gap === -1 ? { constant: count } : { gap }
  }
  return { kind, promptTokens: sourceOf(answer.promptTokens), completionTokens: sourceOf(answer.completionTokens) }
}

function probedKind(answer: Answer): 'text' | 'reasoning' | null {
  if (answer.text === PROBE && answer.reasoningText === '') return 'text'
  return answer.text === '' && answer.answerEvents === 0 && answer.reasoningText === PROBE ? 'reasoning' : null
}

function isSame(a: Meaning, b: Meaning | null | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Where a JSON string that begins at `start` ends: at its quote. -1 when it is empty, unfinished or no JSON. */
function endOfText(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) return at > start ? at : -1
    if (byte < FIRST_PRINTABLE) return -1
    if (byte !== BACKSLASH) continue
    if (++at === end) return -1
    const escaped = bytes[at] as number
    if (SIMPLE_ESCAPES.has(escaped)) continue
    if (escaped !== LOWER_U || at + 4 >= end) return -1
    for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(bytes[digit] as number)) return -1
    at += 4
  }
  return -1
}

function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)
}
