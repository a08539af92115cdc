import { readdirSync, readFileSync } from 'node:fs'
import type { TransportEnd } from './judge-answer.ts'
import type { ProtocolId } from './protocols.ts'

/** One stream of fixtures/streams with what a correct decoder makes of it. */
export interface RecordedStream {
  readonly name: string
  readonly body: Uint8Array
  readonly expected: {
    readonly protocol: ProtocolId
    readonly http_status: number
    readonly content_type: string
    readonly transport_end: TransportEnd
    readonly tokens_text: string
    readonly reasoning_text: string
    readonly n_content_chunks: number
    readonly n_reasoning_chunks: number
    readonly n_json_events: number
    readonly prompt_tokens: number | null
    readonly completion_tokens: number | null
    readonly finish_reason: string | null
    readonly error: string | null
    readonly ended_with_done: boolean
    readonly success: boolean
  }
}

const folder = new URL('../../fixtures/streams/', import.meta.url)

/** Every recorded stream, in the order of their names. */
export function recordedStreams(): RecordedStream[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sse'))
    .sort()
    .map((file) => ({
      name: file.replace('.sse', ''),
      body: new Uint8Array(readFileSync(new URL(file, folder))),
      expected: JSON.parse(readFileSync(new URL(file.replace('.sse', '.json'), folder), 'utf8')),
    }))
}

/** The same in the words of our decoders, without the events that a transcript counts on top. */
export function expectedAnswer({ expected }: RecordedStream) {
  return {
    text: expected.tokens_text,
    reasoningText: expected.reasoning_text,
    contentEvents: expected.n_content_chunks,
    promptTokens: expected.prompt_tokens,
    completionTokens: expected.completion_tokens,
    finishReason: expected.finish_reason,
    error: expected.error,
    endedWithDone: expected.ended_with_done,
    success: expected.success,
  }
}
