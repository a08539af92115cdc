import type { WireRequest } from '../client/transport.ts'
import type { Clock } from '../base/clock.ts'
import { createRandom, type Random } from '../base/random.ts'
import { MS_PER_SECOND, type Ms, type Tokens } from '../base/units.ts'
import { breakOff, refuseDead } from './after-death.ts'
import type { AnswerStream, GenerationCall, PlainResponse } from './dialects/dialect.ts'
import { DIALECTS } from './dialects/of-framework.ts'
import { PROMETHEUS_TEXT } from './dialects/prometheus.ts'
import { drawStop } from './draw-stop.ts'
import { driveEngine } from './drive-engine.ts'
import { createEngine, type EngineStats, type FinishReason, type Submitted } from './engine.ts'
import type { EngineProfile } from './profile.ts'
import { readCall } from './read-call.ts'
import { type ResponseSink, sendWhole, STREAM_HEAD } from './response-sink.ts'
import { countIteration, createServerMetrics, observe } from './server-metrics.ts'
import { sequenceIds } from './token-ids.ts'

export interface ResponderOptions {
  readonly clock: Clock
  readonly profile: EngineProfile
  readonly seed: number
  /** Offered in place of the profile's own name. */
  readonly model?: string
  /** The engine dies as soon as it has begun this many answers. Default: never. */
  readonly dieAfter?: number
  /** Hears every line that the server logs. */
  readonly onLog?: (line: string) => void
}

/** A simulated server without its sockets. */
export interface Responder {
  /** Answers one request. The function returned is the client going away: nothing is heard afterwards. */
  handle(request: WireRequest, sink: ResponseSink): () => void
  stats(): EngineStats
  stop(): void
}

/** The simulated servers were started on 1 May 2024: the same bytes for every run. */
const STARTED_AT_SECONDS = 1_714_521_600

interface OpenAnswer {
  readonly stream: AnswerStream
  readonly sink: ResponseSink
  readonly promptTokens: Tokens
  readonly submitted: Submitted
  readonly arrivedAt: Ms
  lastTokenAt: Ms
  tokens: number
}

/** Starts an engine of `profile` and answers requests in its framework's own bytes. */
export function createResponder(options: ResponderOptions): Responder {
  const { clock, profile, seed, model = profile.model, dieAfter = Infinity, onLog = () => {} } = options
  const { death, telemetry, cacheReset, ...dialect } = DIALECTS[profile.framework]
  const pages = dialect.pages(profile, model)
  const hasPrefixCache = Boolean(profile.scheduler.prefixCache)
  const random = createRandom(seed, 'simulator/answers')
  const metrics = createServerMetrics()
  const open = new Map<number, OpenAnswer>()
  let serial = 0
  let begun = 0
  let isDead = false

  const unixMs = (): Ms => STARTED_AT_SECONDS * MS_PER_SECOND + clock.now()

  const onToken = (id: number, finish: FinishReason | null): void => {
    const answer = open.get(id)!
    const { stream, sink, submitted } = answer
    if (answer.tokens === 0) {
      begun++
      if (stream.opening === null) sink.head(200, STREAM_HEAD)
    }
    if (telemetry !== null) count(answer, finish)
    if (finish !== null) open.delete(id)
    const bytes = stream.token(answer.tokens++, finish, submitted.cachedTokens)
    if (bytes !== null) sink.bytes(bytes)
    if (finish !== null) close(stream, sink, finish)
  }

  const count = (answer: OpenAnswer, finish: FinishReason | null): void => {
    const now = clock.now()
    if (answer.tokens === 0) metrics.promptTokens += answer.promptTokens
    observe(answer.tokens === 0 ? metrics.ttft : metrics.tpot, now - answer.lastTokenAt)
    answer.lastTokenAt = now
    metrics.generationTokens++
    if (finish === null) return
    metrics.finished++
    observe(metrics.e2eLatency, now - answer.arrivedAt)
  }

  const onIteration = (): void => {
    if (countIteration(metrics, clock.now()) && telemetry?.logLine)
      onLog(telemetry.logLine(unixMs(), metrics, engine.stats()))
    if (begun >= dieAfter) die()
  }

  const die = (): void => {
    isDead = true
    engine.stop()
    onLog(death.log(unixMs()))
    for (const { stream, sink, tokens } of open.values()) breakOff(death, sink, tokens > 0 || stream.opening !== null)
    open.clear()
  }

  const engine = driveEngine(createEngine(profile, seed), clock, onToken, { onIteration, onDeath: die })

  const generate = (call: GenerationCall, sink: ResponseSink): (() => void) => {
    const { promptTokens, maxTokens } = call
    if (call.model !== null && call.model !== model) {
      sendWhole(dialect.refuse({ kind: 'unknown-model', model: call.model }), sink)
      return nobodyLeaves
    }
    const isTooLong = promptTokens + maxTokens > profile.contextTokens
    const tooLong = isTooLong ? dialect.refuseTooLong(call, profile.contextTokens) : null
    if (tooLong !== null) {
      sendWhole(tooLong, sink)
      return nobodyLeaves
    }
    if (isDead) {
      refuseDead(death, sink)
      return nobodyLeaves
    }

    const id = ++serial
    const now = clock.now()
    const created = Math.floor(unixMs() / MS_PER_SECOND)
    const stream = dialect.answer({ call, servedModel: model, hexId: hexId(random), serial: id, created })
    // A hash for each word, of which only a prefix cache has any use.
    const ids = hasPrefixCache ? { ids: sequenceIds(call, profile.chatTemplateTokens) } : {}
    const stopAfter = drawStop(call, profile.eosHazard, random)
    if (stream.opening !== null) {
      sink.head(200, STREAM_HEAD)
      if (stream.opening.length > 0) sink.bytes(stream.opening)
    }
    if (isTooLong) {
      close(stream, sink, 'length')
      return nobodyLeaves
    }
    const submitted = engine.submit({ id, promptTokens, maxTokens, stopAfter, ...ids })
    open.set(id, { stream, sink, promptTokens, submitted, arrivedAt: now, lastTokenAt: now, tokens: 0 })
    return () => {
      engine.cancel(id)
      open.delete(id)
    }
  }

  /** What a `GET` of `path` is answered with; null where there is no such page. */
  const page = (path: string): PlainResponse | 'cut' | null => {
    const changed = isDead ? death.pages[path] : undefined
    if (changed !== undefined) return changed
    if (path !== telemetry?.path) return pages[path] ?? null
    const body = telemetry.page({ profile, servedModel: model, metrics, stats: engine.stats() })
    return { status: 200, contentType: PROMETHEUS_TEXT, body }
  }

  return {
    handle: ({ method, path, body }, sink) => {
      const [pathname = ''] = path.split('?')
      if (hasPrefixCache && method === 'POST' && pathname === cacheReset?.path) {
        sendWhole(cacheReset.answer(engine.resetPrefixCache()), sink)
        return nobodyLeaves
      }
      const shape = method === 'POST' ? dialect.endpoints[pathname] : undefined
      if (shape === undefined) {
        const found = method === 'GET' ? page(pathname) : null
        if (found === 'cut') sink.cut()
        else sendWhole(found ?? dialect.refuse({ kind: 'no-such-path' }), sink)
        return nobodyLeaves
      }
      const call = readCall(shape, body, profile.chatTemplateTokens)
      if (typeof call !== 'string') return generate(call, sink)
      sendWhole(dialect.refuse({ kind: 'bad-body', message: call }), sink)
      return nobodyLeaves
    },
    stats: engine.stats,
    stop: engine.stop,
  }
}

/** The answer was complete before anybody could go away. */
const nobodyLeaves = (): void => {}

function close(stream: AnswerStream, sink: ResponseSink, finish: FinishReason): void {
  const bytes = stream.closing(finish)
  if (bytes !== null) sink.bytes(bytes)
  sink.end()
}

function hexId(random: Random): string {
  let id = ''
  for (let i = 0; i < 4; i++)
    id += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return id
}
