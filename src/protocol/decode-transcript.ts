import * as z from 'zod'
import { checkFields, checkValues, text } from '../base/options.ts'
import { createDecoder } from './create-decoder.ts'
import { judgeAnswer, type TransportEnd } from './judge-answer.ts'
import type { DecodedStream, DecoderOptions } from './protocol.ts'
import { PROTOCOL_IDS, type ProtocolId } from './protocols.ts'

/** One recorded answer. */
export interface Transcript {
  readonly protocol: ProtocolId
  readonly httpStatus: number
  /** As recorded. Servers get it wrong (lmdeploy calls JSON lines an event stream), so the bytes decide. */
  readonly contentType: string
  readonly transportEnd: TransportEnd
  /** The body, in the pieces in which it came. */
  readonly chunks: readonly Uint8Array[]
  /** What was asked; see `DecoderOptions.prompt`. */
  readonly prompt?: string
}

export interface DecodedTranscript extends DecodedStream {
  /** Whether a benchmark may count the request. */
  readonly success: boolean
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes (Uint8Array)')
const Recording = z.object({
  protocol: z.enum(PROTOCOL_IDS, `one of ${PROTOCOL_IDS.join(', ')}`),
  httpStatus: z.int('the status of the answer, such as 200'),
  contentType: z.unknown().optional(),
  transportEnd: z.enum(['clean', 'cut', 'stall'], '"clean", "cut" or "stall"'),
  chunks: z.array(bytes, 'an array of bytes'),
  prompt: text.optional(),
} satisfies { readonly [Name in keyof Required<Transcript>]: z.ZodType })
const OWNER = {
  of: 'decodeTranscript()',
  code: 'bad-options',
  example:
    "decodeTranscript({ protocol: 'openai-chat', httpStatus: 200, contentType: 'text/event-stream', transportEnd: 'clean', chunks })",
} as const

/** Reads a recorded answer as a load run would have, and judges it. Other fields of a recording than these are left alone. */
export function decodeTranscript(transcript: Transcript): DecodedTranscript {
  checkFields(transcript, Object.keys(Recording.shape), OWNER)
  checkValues(transcript, Recording, OWNER)
  const { protocol, httpStatus, transportEnd, chunks, prompt } = transcript
  const options: DecoderOptions = prompt === undefined ? {} : { prompt }
  const decoder = createDecoder(protocol, options)
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
  const { state } = decoder
  const outcome = judgeAnswer({ protocol, httpStatus, state, complete: decoder.isComplete(), transportEnd })
  return {
    text: state.text,
    reasoningText: state.reasoningText,
    events: state.events,
    outputEvents: state.outputEvents,
    contentEvents: state.contentEvents,
    answerEvents: state.answerEvents,
    promptTokens: state.promptTokens,
    cachedPromptTokens: state.cachedPromptTokens,
    completionTokens: state.completionTokens,
    finishReason: state.finishReason,
    error: state.error,
    endedWithDone: state.endedWithDone,
    success: outcome.status === 'completed',
  }
}
