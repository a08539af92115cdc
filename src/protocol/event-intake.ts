import type { Answer } from './answer.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { MAX_EVENT_BYTES, type SplitterSink } from './byte-splitter.ts'
import { bodyErrorText, errorText, shorten } from './error-text.ts'
import type { EventReader } from './event-reader.ts'
import { type EventTemplate, learnTemplate, type WholeEvent } from './event-template.ts'
import { isJsonObject, parseJson } from './json.ts'
import type { EventFrame, SseSink } from './sse-scanner.ts'

/** As much of a body that is no event stream as is kept to tell the reader what it was. */
const MAX_STRAY_BYTES = 65_536
/** A server whose events differ in more than their text and their numbers (a new id) is parsed event by event. */
const MAX_FUTILE_TRIES = 8
const utf8 = new TextDecoder()
const LINE_BREAK = Uint8Array.of(10)

/** Turns the bytes of events into JSON for the reader, and everything that is none into an error. */
export class EventIntake implements SseSink, SplitterSink {
  readonly #answer: Answer
  #template: EventTemplate | null = null
  /** Data of the last event that was read in full and might have been learnt. */
  #previous: string | null = null
  #futileTries = 0
  readonly #stray = new ByteBuffer()
  readonly #reader: EventReader
  readonly #makeReader: (answer: Answer) => EventReader

  /** `makeReader` makes readers like `reader` for trying events out on another answer. */
  constructor(answer: Answer, reader: EventReader, makeReader: (answer: Answer) => EventReader) {
    this.#answer = answer
    this.#reader = reader
    this.#makeReader = makeReader
  }

  knownEvents(bytes: Uint8Array, start: number, end: number): number {
    const template = this.#template
    if (template === null) return start
    let at = start
    while (at < end) {
      const next = template.match(bytes, at, end)
      if (next === -1) break
      template.count(this.#answer)
      at = next
    }
    if (at > start) this.#futileTries = 0
    return at
  }

  data(bytes: Uint8Array, start: number, end: number, finished: boolean, frame: EventFrame | null): void {
    const data = utf8.decode(bytes.subarray(start, end))
    const text = data.trim()
    if (text === '') return
    if (text === '[DONE]') {
      this.#answer.endedWithDone = true
      return
    }
    const json = parseJson(text)
    // The connection was cut inside this event: the transport tells that, and better.
    if (json === undefined && !finished) return
    if (json === undefined) return this.#answer.fail(`unreadable event: ${shorten(text, 200)}`)
    this.#event(json)
    if (this.#answer.keepText || frame === null) return
    this.#learn({ before: bytes.slice(frame.start, start), data, after: bytes.slice(end, frame.end) })
  }

  errorField(bytes: Uint8Array, start: number, end: number): void {
    this.#answer.events++
    this.#answer.fail(bodyErrorText(utf8.decode(bytes.subarray(start, end))) ?? 'error without a message')
  }

  /** One JSON line or NUL-ended item. */
  item(bytes: Uint8Array, start: number, end: number, finished: boolean): void {
    const text = utf8.decode(bytes.subarray(start, end)).trim()
    const json = parseJson(text)
    // As in `data`: an item cut by the end of the connection is no error of its own.
    const isCut = !finished && this.#stray.length === 0 && text.startsWith('{')
    if (json !== undefined) this.#event(json)
    else if (isCut) return
    else if (this.#answer.events === 0) this.strayLine(bytes, start, end)
    else if (finished && text !== '') this.#answer.fail(`unreadable event: ${shorten(text, 200)}`)
  }

  strayLine(bytes: Uint8Array, start: number, end: number): void {
    this.strayBytes(bytes, start, end)
    this.strayBytes(LINE_BREAK, 0, 1)
  }

  strayBytes(bytes: Uint8Array, start: number, end: number): void {
    const room = Math.max(0, MAX_STRAY_BYTES - this.#stray.length)
    this.#stray.append(bytes, start, Math.min(end, start + room))
  }

  overflow(): void {
    this.#answer.fail(`an event of more than ${MAX_EVENT_BYTES} bytes`)
  }

  /** A body that was no event stream is an error in some shape, or a whole answer from a server that does not stream. */
  end(): void {
    const body = utf8.decode(this.#stray.bytes.subarray(0, this.#stray.length))
    const json = parseJson(body)
    const error = isJsonObject(json) ? errorText(json) : null
    if (error !== null) return this.#answer.fail(error)
    if (this.#answer.events > 0 || this.#answer.endedWithDone) return
    if (isJsonObject(json) && this.#reader.read(json, this.#answer)) {
      this.#answer.events++
      return
    }
    const words = bodyErrorText(body)
    if (words !== null) this.#answer.fail(words)
  }

  /** Whoever keeps no text need not read each event: the next ones like this are known by their bytes. */
  #learn(event: WholeEvent): void {
    const keys = this.#reader.textKeys?.() ?? []
    if (keys.length === 0 || this.#futileTries >= MAX_FUTILE_TRIES) return
    this.#futileTries++
    this.#template = learnTemplate(event, this.#previous, keys, this.#makeReader) ?? this.#template
    this.#previous = event.data
  }

  #event(json: unknown): void {
    this.#answer.events++
    if (typeof json === 'string') return this.#answer.fail(json)
    if (!isJsonObject(json)) return
    const error = errorText(json)
    if (error !== null) this.#answer.fail(error)
    else this.#reader.read(json, this.#answer)
  }
}
