import type { WireRequest } from '../client/transport.ts'
import type { Clock } from '../clock.ts'
import { createRandom, type Random } from '../random.ts'
import { MS_PER_SECOND } from '../units.ts'
import type { AnswerStream, Dialect, GenerationCall, PlainResponse } from './dialects/dialect.ts'
import { lmdeployDialect } from './dialects/lmdeploy.ts'
import { mlcDialect } from './dialects/mlc-llm.ts'
import { tritonDialect } from './dialects/triton.ts'
import { vllmDialect } from './dialects/vllm.ts'
import { driveEngine } from './drive-engine.ts'
import { createEngine, type EngineStats, type FinishReason } from './engine.ts'
import type { EngineProfile } from './profile.ts'
import { readCall } from './read-call.ts'

/** Hears one answer. `end` comes last. */
export interface ResponseSink {
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** The bytes are only valid during the call. */
  bytes(bytes: Uint8Array): void
  end(): void
}

export interface ResponderOptions {
  readonly clock: Clock
  readonly profile: EngineProfile
  readonly seed: number
  /** Offered in place of the profile's own name. */
  readonly model?: string
}

/** A simulated server without its sockets. */
export interface Responder {
  /** Answers one request. The function returned is the client going away: nothing is heard afterwards. */
  handle(request: WireRequest, sink: ResponseSink): () => void
  stats(): EngineStats
  stop(): void
}

const DIALECTS: Readonly<Record<EngineProfile['framework'], Dialect>> = {
  vllm: vllmDialect,
  lmdeploy: lmdeployDialect,
  'tensorrt-llm': tritonDialect,
  'mlc-llm': mlcDialect,
}

/** The simulated servers were started on 1 May 2024: the same bytes for every run. */
const STARTED_AT_SECONDS = 1_714_521_600
const STREAM_HEAD = { 'content-type': 'text/event-stream; charset=utf-8', 'transfer-encoding': 'chunked' }

interface OpenAnswer {
  readonly stream: AnswerStream
  readonly sink: ResponseSink
  tokens: number
}

/** Starts an engine of `profile` and answers requests in its framework's own bytes. */
export function createResponder({ clock, profile, seed, model = profile.model }: ResponderOptions): Responder {
  const dialect = DIALECTS[profile.framework]
  const pages = dialect.pages(profile, model)
  const random = createRandom(seed, 'simulator/answers')
  const open = new Map<number, OpenAnswer>()
  let serial = 0

  const onToken = (id: number, finish: FinishReason | null): void => {
    const answer = open.get(id)!
    const { stream, sink } = answer
    if (answer.tokens === 0 && stream.opening === null) sink.head(200, STREAM_HEAD)
    if (finish !== null) open.delete(id)
    const bytes = stream.token(answer.tokens++, finish)
    if (bytes !== null) sink.bytes(bytes)
    if (finish !== null) close(stream, sink, finish)
  }

  const engine = driveEngine(createEngine(profile, seed), clock, onToken)

  const generate = (call: GenerationCall, sink: ResponseSink): (() => void) => {
    const { promptTokens, maxTokens } = call
    if (call.model !== null && call.model !== model)
      return whole(dialect.refuse({ kind: 'unknown-model', model: call.model }), sink)
    const isTooLong = promptTokens + maxTokens > profile.contextTokens
    const tooLong = isTooLong ? dialect.refuseTooLong(call, profile.contextTokens) : null
    if (tooLong !== null) return whole(tooLong, sink)

    const id = ++serial
    const created = STARTED_AT_SECONDS + Math.floor(clock.now() / MS_PER_SECOND)
    const stream = dialect.answer({ call, servedModel: model, hexId: hexId(random), serial: id, created })
    const stopAfter = drawStop(call, profile.eosHazard, random)
    if (stream.opening !== null) {
      sink.head(200, STREAM_HEAD)
      if (stream.opening.length > 0) sink.bytes(stream.opening)
    }
    if (isTooLong) {
      close(stream, sink, 'length')
      return () => {}
    }
    open.set(id, { stream, sink, tokens: 0 })
    engine.submit({ id, promptTokens, maxTokens, stopAfter })
    return () => {
      engine.cancel(id)
      open.delete(id)
    }
  }

  return {
    handle: ({ method, path, body }, sink) => {
      const [pathname = ''] = path.split('?')
      const page = method === 'GET' ? pages[pathname] : undefined
      if (page !== undefined) return whole(page, sink)
      const shape = method === 'POST' ? dialect.endpoints[pathname] : undefined
      if (shape === undefined) return whole(dialect.refuse({ kind: 'no-such-path' }), sink)
      const call = readCall(shape, body, profile.chatTemplateTokens)
      if (typeof call === 'string') return whole(dialect.refuse({ kind: 'bad-body', message: call }), sink)
      return generate(call, sink)
    },
    stats: engine.stats,
    stop: engine.stop,
  }
}

function whole({ status, contentType, body }: PlainResponse, sink: ResponseSink): () => void {
  const bytes = Buffer.from(body)
  sink.head(status, { 'content-type': contentType, 'content-length': String(bytes.length) })
  if (bytes.length > 0) sink.bytes(bytes)
  sink.end()
  return () => {}
}

function close(stream: AnswerStream, sink: ResponseSink, finish: FinishReason): void {
  const bytes = stream.closing(finish)
  if (bytes !== null) sink.bytes(bytes)
  sink.end()
}

/** Which token ends the answer by itself: a constant chance per token from `minTokens` on, inverted. */
function drawStop({ minTokens, maxTokens }: GenerationCall, hazard: number, random: Random): number {
  const uniform = random.next()
  if (minTokens >= maxTokens || hazard === 0) return Infinity
  return minTokens + Math.max(1, Math.ceil(Math.log(1 - uniform) / Math.log(1 - hazard)))
}

function hexId(random: Random): string {
  let id = ''
  for (let i = 0; i < 4; i++)
    id += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return id
}
