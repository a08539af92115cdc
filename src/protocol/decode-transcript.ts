import { createDecoder } from './create-decoder.ts'
import { judgeAnswer, type TransportEnd } from './judge-answer.ts'
import type { DecodedStream, DecoderOptions, ProtocolId } from './protocol.ts'

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

/** Reads a recorded answer as a load run would have, and judges it. */
export function decodeTranscript(transcript: Transcript): DecodedTranscript {
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
    completionTokens: state.completionTokens,
    finishReason: state.finishReason,
    error: state.error,
    endedWithDone: state.endedWithDone,
    success: outcome.status === 'completed',
  }
}
