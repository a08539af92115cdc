import type { EngineProfile } from '../profile.ts'
import type { EngineStats, FinishReason } from '../engine.ts'
import type { ServerMetrics } from '../server-metrics.ts'
import type { Tokens } from '../../base/units.ts'

/** A whole answer at once. */
export interface PlainResponse {
  readonly status: number
  readonly contentType: string
  /** Where a redirect leads. */
  readonly location?: string
  readonly body: string
}

/** One text of a prompt. */
export interface PromptPart {
  /** Who says it in a chat; null where the prompt is no chat. */
  readonly role: string | null
  readonly text: string
}

/** What a request to generate asks for, whatever the server calls it. */
export interface GenerationCall {
  readonly shape: 'completions' | 'chat' | 'triton'
  /** As the request names it; null where it does not. */
  readonly model: string | null
  /** The messages of a chat, or the one text of any other request. */
  readonly prompt: readonly PromptPart[]
  readonly promptTokens: Tokens
  /** Only requests with the same one share blocks in the prefix cache; null for all those without. */
  readonly cacheSalt: string | null
  readonly maxTokens: Tokens
  /** The answer may not end by itself before this many tokens; `maxTokens` where the end is ignored. */
  readonly minTokens: Tokens
}

/** Why a server does not generate. */
export type Refusal =
  | { readonly kind: 'no-such-path' }
  | { readonly kind: 'bad-body'; readonly message: string }
  | { readonly kind: 'unknown-model'; readonly model: string }

/** The bytes of one streamed answer, event by event. An event's bytes are only valid until the next one is asked for. */
export interface AnswerStream {
  /** Sent with the head, before the request is queued; null where the head waits for the first token. */
  readonly opening: Uint8Array | null
  /**
   * The event of token `index` (from 0); null where this token shows nothing. `cachedTokens` is how much of the prompt a prefix
   * cache had, null without one.
   */
  token(index: number, finish: FinishReason | null, cachedTokens: Tokens | null): Uint8Array | null
  /** What follows the last token; null where the body just ends. */
  closing(finish: FinishReason): Uint8Array | null
}

/** What an answer is made with. */
export interface AnswerContext {
  readonly call: GenerationCall
  /** The name under which the server offers the model. */
  readonly servedModel: string
  /** 32 hex digits. */
  readonly hexId: string
  /** Answers of this server so far, from 1. */
  readonly serial: number
  /** Unix seconds. */
  readonly created: number
}

/** What a server's metrics and log are written from. */
export interface TelemetryFacts {
  readonly profile: EngineProfile
  readonly servedModel: string
  readonly metrics: ServerMetrics
  readonly stats: EngineStats
}

/** What a server tells of itself while it works. */
export interface Telemetry {
  /** Where it serves its metrics. */
  readonly path: string
  /** In the text format of Prometheus, under the server's own names. */
  page(facts: TelemetryFacts): string
  /** The line that it logs every 10 s while it steps; null where it logs none. */
  readonly logLine: ((unixMs: number, metrics: ServerMetrics, stats: EngineStats) => string) | null
}

/** What is heard of a server whose engine has died. */
export interface Death {
  /** Answers that are running: no further byte, a closed connection, or a last event and a regular end. */
  readonly running: 'stall' | 'cut' | Uint8Array
  /** Requests to generate that come later: no byte ever, a head and a closed connection, a closed connection, an error. */
  readonly arriving: 'silence' | 'head-then-cut' | 'cut' | PlainResponse
  /** The `GET` paths that answer otherwise than before. */
  readonly pages: Readonly<Record<string, PlainResponse | 'cut'>>
  /** What the server logs. */
  log(unixMs: number): string
}

/** How a server is asked to empty its prefix cache. */
export interface CacheReset {
  /** The path of the `POST`. An engine without prefix cache has none. */
  readonly path: string
  /** `success` is false while blocks are in use. */
  answer(success: boolean): PlainResponse
}

/** What one server speaks: endpoints, refusals and streams, byte for byte. */
export interface Dialect {
  /** What `POST` paths generate. */
  readonly endpoints: Readonly<Record<string, GenerationCall['shape']>>
  /** Answers of `GET` paths. */
  pages(profile: EngineProfile, servedModel: string): Readonly<Record<string, PlainResponse>>
  refuse(refusal: Refusal): PlainResponse
  /** What a request longer than `limit` gets; null where that is an empty stream that looks like success. */
  refuseTooLong(call: GenerationCall, limit: Tokens): PlainResponse | null
  answer(context: AnswerContext): AnswerStream
  /** Null where the server has no metrics. */
  readonly telemetry: Telemetry | null
  /** Null where the server has no such path. */
  readonly cacheReset: CacheReset | null
  readonly death: Death
}

export function json(status: number, value: unknown): PlainResponse {
  return { status, contentType: 'application/json', body: JSON.stringify(value) }
}

/** The list of models of an OpenAI-compatible server with one model. */
export function modelList(id: string, ownedBy: string): PlainResponse {
  return json(200, { object: 'list', data: [{ id, object: 'model', created: 1_714_521_600, owned_by: ownedBy }] })
}
