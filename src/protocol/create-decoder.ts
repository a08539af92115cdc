import { Answer } from './answer.ts'
import { ByteSplitter } from './byte-splitter.ts'
import { EventIntake } from './event-intake.ts'
import type { EventReader } from './event-reader.ts'
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
  const makeReader = (into: Answer): EventReader => createReader(protocol, into, options)
  const reader = makeReader(answer)
  const events = new EventIntake(answer, reader, makeReader)
  const framing = createFraming(protocol, events)
  return {
    state: answer,
    push: (bytes, start = 0, end = bytes.length) => framing.push(bytes, start, end),
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
