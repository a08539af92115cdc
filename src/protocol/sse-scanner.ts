import { ByteBuffer } from './byte-buffer.ts'
import { ByteSplitter, MAX_EVENT_BYTES } from './byte-splitter.ts'

export interface EventFrame {
  readonly start: number
  readonly end: number
}

export interface SseSink {
  /**
   * Where reading must go on, after as many whole events from `start` as the sink knows by their bytes, and has taken.
   * `start` is between two events.
   */
  knownEvents(bytes: Uint8Array, start: number, end: number): number
  /**
   * The data of one event. `finished` is false for a last event that its blank line never closed. `frame` is where in `bytes`
   * all lines of the event lie; null when they came in several reads.
   */
  data(bytes: Uint8Array, start: number, end: number, finished: boolean, frame: EventFrame | null): void
  /** The value of a field called `error`, which llama.cpp b4747 sends instead of `data`. */
  errorField(bytes: Uint8Array, start: number, end: number): void
  /** A line that is no field of an event stream: a plain body sent in its place. */
  strayLine(bytes: Uint8Array, start: number, end: number): void
  overflow(): void
}

const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const FIELDS = ['data', 'error', 'event', 'id', 'retry'] as const

/**
 * Reads `text/event-stream` from bytes: LF, CRLF or both, `data:` with or without a blank, comments, several data lines.
 *
 * Lines are looked at in place, and data is copied only when its event does not end within the same read. Deviates from
 * the HTML standard where servers do: `error` is a field, a last event needs no blank line, a lone CR ends no line.
 */
export class SseScanner {
  readonly #sink: SseSink
  /** So that the sink may know the next events by their bytes. */
  #isBetweenEvents = false
  readonly #lines: ByteSplitter
  /** Data of the event being read, once it had to be copied. */
  readonly #copy = new ByteBuffer()
  /** The chunk being read, and where in it lies the only data line of the event so far. */
  #chunk: Uint8Array | null = null
  /** Where in the chunk the event being read begins; null when that was in an earlier one. */
  #eventStart: number | null = null
  #start = 0
  #end = 0
  #hasData = false
  #inPlace = false
  #atStart = true
  #overflown = false

  constructor(sink: SseSink) {
    this.#sink = sink
    this.#lines = new ByteSplitter(LF, {
      item: (bytes, start, end, finished) => this.#line(bytes, start, end, finished),
      overflow: () => this.#overflow(),
    })
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    const at = this.#isBetweenEvents ? this.#sink.knownEvents(bytes, start, end) : start
    if (at < end) this.#readLines(bytes, at, end)
  }

  end(): void {
    this.#lines.end()
    this.#dispatch(null)
  }

  #readLines(bytes: Uint8Array, start: number, end: number): void {
    this.#chunk = bytes
    this.#eventStart = this.#isBetweenEvents ? start : null
    let at = start
    while (at < end) {
      at = this.#lines.next(bytes, at, end)
      this.#isBetweenEvents = !this.#hasData && !this.#atStart && !this.#overflown && this.#lines.isBetweenItems
      if (!this.#isBetweenEvents) continue
      at = this.#sink.knownEvents(bytes, at, end)
      this.#eventStart = at
    }
    this.#eventStart = null
    if (this.#inPlace) this.#copyData(bytes)
    this.#chunk = null
  }

  #line(bytes: Uint8Array, start: number, end: number, finished: boolean): void {
    if (this.#overflown) return
    if (this.#atStart) {
      this.#atStart = false
      if (BYTE_ORDER_MARK.every((byte, i) => bytes[start + i] === byte)) start += BYTE_ORDER_MARK.length
    }
    const lineEnd = end + 1
    if (end > start && bytes[end - 1] === CR) end--
    if (end <= start) return this.#dispatch(lineEnd)
    if (bytes[start] === COLON) return

    const field = isField(bytes, start, end, 'data') ? 'data' : FIELDS.find((name) => isField(bytes, start, end, name))
    if (field === undefined) {
      const isCutField = !finished && FIELDS.some((name) => beginsWith(name, bytes, start, end))
      if (!isCutField) this.#sink.strayLine(bytes, start, end)
      return
    }
    if (field !== 'data' && field !== 'error') return
    let value = Math.min(start + field.length + 1, end)
    if (value < end && bytes[value] === SPACE) value++
    if (field === 'error') this.#sink.errorField(bytes, value, end)
    else this.#addData(bytes, value, end)
  }

  #addData(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#hasData && bytes === this.#chunk) {
      this.#hasData = true
      this.#inPlace = true
      this.#start = start
      this.#end = end
      return
    }
    if (this.#inPlace && this.#chunk !== null) this.#copyData(this.#chunk)
    if (this.#copy.length + end - start >= MAX_EVENT_BYTES) return this.#overflow()
    if (this.#hasData) this.#copy.append(LINE_BREAK, 0, 1)
    this.#copy.append(bytes, start, end)
    this.#hasData = true
  }

  #copyData(chunk: Uint8Array): void {
    this.#copy.append(chunk, this.#start, this.#end)
    this.#inPlace = false
  }

  /** `eventEnd` is behind the blank line that closes the event; null when none does. */
  #dispatch(eventEnd: number | null): void {
    if (!this.#hasData || this.#overflown) return
    const finished = eventEnd !== null
    this.#hasData = false
    if (this.#inPlace && this.#chunk !== null) {
      this.#inPlace = false
      const isFramed = finished && this.#eventStart !== null
      const frame = isFramed ? { start: this.#eventStart!, end: eventEnd } : null
      this.#sink.data(this.#chunk, this.#start, this.#end, finished, frame)
    } else {
      const length = this.#copy.length
      this.#copy.clear()
      this.#sink.data(this.#copy.bytes, 0, length, finished, null)
    }
  }

  #overflow(): void {
    this.#overflown = true
    this.#copy.clear()
    this.#hasData = false
    this.#inPlace = false
    this.#sink.overflow()
  }
}

const LINE_BREAK = Uint8Array.of(LF)

/** The line is `name:…`, or `name` alone, which the standard reads as a field with an empty value. */
function isField(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  const colon = start + name.length
  return end >= colon && (end === colon || bytes[colon] === COLON) && beginsWith(name, bytes, start, colon)
}

function beginsWith(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > name.length) return false
  for (let i = start; i < end; i++) if (bytes[i] !== name.charCodeAt(i - start)) return false
  return true
}
