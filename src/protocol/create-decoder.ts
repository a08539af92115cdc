import { BenchError } from '../base/errors.ts'
import { Answer } from './answer.ts'
import { ByteSplitter } from './byte-splitter.ts'
import { EventIntake } from './event-intake.ts'
import type { EventReader } from './event-reader.ts'
import { checkNames, namesOf, show } from '../base/options.ts'
import { llamacppCompletionReader } from './llamacpp-completion.ts'
import { lmdeployInteractiveReader } from './lmdeploy-interactive.ts'
import { openaiChatReader } from './openai-chat.ts'
import { openaiCompletionsReader } from './openai-completions.ts'
import { PROTOCOL_IDS, type DecoderOptions, type ProtocolId, type StreamDecoder } from './protocol.ts'
import { sglangGenerateReader } from './sglang-generate.ts'
import { SseScanner } from './sse-scanner.ts'
import { tgiGenerateReader } from './tgi-generate.ts'
import { tritonGenerateReader } from './triton-generate.ts'
import { vllmGenerateNulReader } from './vllm-generate-nul.ts'

/** A decoder for one answer of the given protocol. Make a new one for each answer. */
export function createDecoder(protocol: ProtocolId, options: DecoderOptions = {}): StreamDecoder {
  checkNames(options, NAMES, OWNER)
  if (!PROTOCOL_IDS.includes(protocol)) {
    throw new BenchError(`There is no protocol ${show(protocol)}.`, {
      code: OWNER.code,
      remedy: `Use one of: ${PROTOCOL_IDS.join(', ')}.`,
    })
  }
  return new ProtocolDecoder(protocol, options)
}

const NAMES = namesOf<DecoderOptions>({ keepText: true, prompt: true })
const OWNER = {
  of: 'createDecoder()',
  code: 'bad-options',
  example: "createDecoder('openai-chat', { keepText: false })",
} as const

class ProtocolDecoder implements StreamDecoder {
  readonly state: Answer
  readonly #framing: Framing
  readonly #events: EventIntake
  readonly #reader: EventReader

  constructor(protocol: ProtocolId, options: DecoderOptions) {
    const makeReader = (into: Answer): EventReader => createReader(protocol, into, options)
    this.state = new Answer(options.keepText ?? true)
    this.#reader = makeReader(this.state)
    this.#events = new EventIntake(this.state, this.#reader, makeReader)
    this.#framing = createFraming(protocol, this.#events)
  }

  push(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#framing.push(bytes, start, end)
  }

  end(): void {
    this.#framing.end()
    this.#events.end()
    this.state.end()
  }

  isComplete(): boolean {
    return this.#reader.isComplete(this.state)
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
  push(bytes: Uint8Array, start: number, end: number): void
  end(): void
}

const LF = 10
const NUL = 0

function createFraming(protocol: ProtocolId, events: EventIntake): Framing {
  switch (protocol) {
    case 'http-error-body':
      return { push: (bytes, start, end) => events.strayBytes(bytes, start, end), end() {} }
    case 'lmdeploy-interactive':
      return new ByteSplitter(LF, events)
    case 'vllm-generate-nul':
      return new ByteSplitter(NUL, events)
    default:
      return new SseScanner(events)
  }
}
