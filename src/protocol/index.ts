export { MAX_EVENT_BYTES } from './byte-splitter.ts'
export { createDecoder } from './create-decoder.ts'
export { type DecodedTranscript, decodeTranscript, type Transcript } from './decode-transcript.ts'
export { type AnswerFacts, judgeAnswer, type TransportEnd } from './judge-answer.ts'
export {
  type DecodedStream,
  type DecoderOptions,
  PROTOCOL_IDS,
  type ProtocolId,
  type StreamDecoder,
} from './protocol.ts'
