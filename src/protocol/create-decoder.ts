import { Answer } from './answer.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { ByteSplitter, MAX_EVENT_BYTES } from './byte-splitter.ts'
import { bodyErrorText, errorText, shorten } from './error-text.ts'
import type { EventReader } from './event-reader.ts'
import { isJsonObject, parseJson } from './json.ts'
import { llamacppCompletionReader } from './llamacpp-completion.ts'
import { lmdeployInteractiveReader } from './lmdeploy-interactive.ts'
import { openaiChatReader } from './openai-chat.ts'
import { openaiCompletionsReader } from './openai-completions.ts'
import type { DecoderOptions, ProtocolId, StreamDecoder } from './protocol.ts'
import { sglangGenerateReader } from './sglang-generate.ts'
import { SseScanner } from './sse-scanner.ts'
import { tgiGenerateReader } from './tgi-generate.ts'
import { tritonGenerateReader } from './triton-generate.ts'
import { vllmGenerateNulReader } from './vllm-generate-nul.ts'

/** A decoder for one answer of the given protocol. Make a new one for each answer. */
export function createDecoder(protocol: ProtocolId, options: DecoderOptions = {}): StreamDecoder {
  const answer = new Answer(options.keepText ?? true)
  const reader = createReader(protocol, answer, options)
  const events = new EventIntake(answer, reader)
  const framing = createFraming(protocol, events)
  return {
    state: answer,
    push: bytes => framing.push(bytes),
    end() {
      framing.end()
      events.end()
    },
    isComplete: () => reader.isComplete(answer),
  }
}

function createReader(protocol: ProtocolId, answer: Answer, { prompt }: DecoderOptions): EventReader {
  switch (protocol) {
    case 'openai-completions':
      return openaiCompletionsReader()
    case 'openai-chat':
      return openaiChatReader()
    case 'triton-generate':
      return tritonGenerateReader(answer)
    case 'tgi-generate':
      return tgiGenerateReader()
    case 'sglang-generate':
      return sglangGenerateReader(answer)
    case 'llamacpp-completion':
      return llamacppCompletionReader()
    case 'lmdeploy-interactive':
      return lmdeployInteractiveReader()
    case 'vllm-generate-nul':
      return vllmGenerateNulReader(prompt)
    case 'http-error-body':
      return { read: () => false, isComplete: () => false }
  }
}

interface Framing {
  push(bytes: Uint8Array): void
  end(): void
}

const LF = 10
const NUL = 0

function createFraming(protocol: ProtocolId, events: EventIntake): Framing {
  switch (protocol) {
    case 'http-error-body':
      return { push: bytes => events.strayBytes(bytes, 0, bytes.length), end() {} }
    case 'lmdeploy-interactive':
      return new ByteSplitter(LF, events)
    case 'vllm-generate-nul':
      return new ByteSplitter(NUL, events)
    default:
      return new SseScanner(events)
  }
}

/** As much of a body that is no event stream as is kept to tell the reader what it was. */
const MAX_STRAY_BYTES = 65_536
const LINE_BREAK = Uint8Array.of(LF)

/** Turns the bytes of events into JSON for the reader, and everything that is none into an error. */
class EventIntake {
  readonly #answer: Answer
  readonly #reader: EventReader
  readonly #stray = new ByteBuffer()
  readonly #utf8 = new TextDecoder()

  constructor(answer: Answer, reader: EventReader) {
    this.#answer = answer
    this.#reader = reader
  }

  data(bytes: Uint8Array, start: number, end: number, finished: boolean): void {
    const text = this.#utf8.decode(bytes.subarray(start, end)).trim()
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
  }

  errorField(bytes: Uint8Array, start: number, end: number): void {
    this.#answer.events++
    this.#answer.fail(bodyErrorText(this.#utf8.decode(bytes.subarray(start, end))) ?? 'error without a message')
  }

  /** One JSON line or NUL-ended item. */
  item(bytes: Uint8Array, start: number, end: number, finished: boolean): void {
    const text = this.#utf8.decode(bytes.subarray(start, end)).trim()
    const json = parseJson(text)
    if (json !== undefined) this.#event(json)
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
    const body = this.#utf8.decode(this.#stray.bytes.subarray(0, this.#stray.length))
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

  #event(json: unknown): void {
    this.#answer.events++
    if (typeof json === 'string') return this.#answer.fail(json)
    if (!isJsonObject(json)) return
    const error = errorText(json)
    if (error !== null) this.#answer.fail(error)
    else this.#reader.read(json, this.#answer)
  }
}
