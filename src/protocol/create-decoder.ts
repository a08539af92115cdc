import { BenchError } from '../base/errors.ts'
import { Answer } from './answer.ts'
import { ByteSplitter } from './byte-splitter.ts'
import { EventIntake } from './event-intake.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { checkNames, namesOf, show } from '../base/options.ts'
import type { DecoderOptions, StreamDecoder } from './protocol.ts'
import { PROTOCOL_IDS, PROTOCOLS, type ProtocolId } from './protocols.ts'
import { SseScanner } from './sse-scanner.ts'

/** A decoder for one answer of the given protocol. Make a new one for each answer. */
export function createDecoder(protocol: ProtocolId, options: DecoderOptions = {}): StreamDecoder {
  checkNames(options, NAMES, OWNER)
  if (!PROTOCOL_IDS.includes(protocol)) {
    throw new BenchError(`There is no protocol ${show(protocol)}.`, {
      code: OWNER.code,
      remedy: `Use one of: ${PROTOCOL_IDS.join(', ')}.`,
    })
  }
  return new ProtocolDecoder(PROTOCOLS[protocol], options)
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

  constructor({ framing, reader }: Protocol, options: DecoderOptions) {
    const makeReader = (into: Answer): EventReader => reader(into, options)
    this.state = new Answer(options.keepText ?? true)
    this.#reader = makeReader(this.state)
    this.#events = new EventIntake(this.state, this.#reader, makeReader)
    this.#framing = createFraming(framing, this.#events)
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

interface Framing {
  push(bytes: Uint8Array, start: number, end: number): void
  end(): void
}

const LF = 10
const NUL = 0

function createFraming(framing: Protocol['framing'], events: EventIntake): Framing {
  switch (framing) {
    case 'none':
      return { push: (bytes, start, end) => events.strayBytes(bytes, start, end), end() {} }
    case 'lines':
      return new ByteSplitter(LF, events)
    case 'nul':
      return new ByteSplitter(NUL, events)
    case 'sse':
      return new SseScanner(events)
  }
}
