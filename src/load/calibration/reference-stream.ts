/** The words of the answer, in turn: as long as tokens are. */
const TOKENS = [' the', ' quick', ' brown', ' fox', ' jumps', ' over', ' a', ' lazy', ' dog', '.', ' And', ' so', ' on']

const CRLF = '\r\n'

/** The head of every streamed answer. */
export const STREAM_HEAD: Buffer = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'content-type: text/event-stream; charset=utf-8',
    'cache-control: no-cache',
    'transfer-encoding: chunked',
    CRLF,
  ].join(CRLF),
)

/** One event of an OpenAI chat stream, about 270 bytes, framed as the HTTP chunk in which servers send it. */
function chatChunk(stream: number, delta: object, finishReason: string | null): string {
  return httpChunk(
    `data: ${JSON.stringify({
      id: `chatcmpl-${stream.toString(16)}f0c2a7be1d94c3f8a6b0d2e4f718293`,
      object: 'chat.completion.chunk',
      created: 1_787_270_400,
      model: 'meta-llama/Meta-Llama-3-8B-Instruct',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason, token_ids: null }],
      system_fingerprint: 'reference',
    })}\n\n`,
  )
}

function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}${CRLF}${text}${CRLF}`
}

/** Each streamed answer has an id of its own; these are so many that neighbours differ, and so few that they stay in the cache. */
const STREAM_IDS = 16

/** What one answer is made of. */
export interface ReferenceStream {
  /** In turn; each is one event with output. */
  readonly events: readonly Buffer[]
  /** The finish reason, the marker, and the last HTTP chunk. */
  readonly end: Buffer
}

const streams: readonly ReferenceStream[] = Array.from({ length: STREAM_IDS }, (_, i) => ({
  events: TOKENS.map((content) => Buffer.from(chatChunk(i, { content }, null))),
  end: Buffer.from(`${chatChunk(i, {}, 'length')}${httpChunk('data: [DONE]\n\n')}0${CRLF}${CRLF}`),
}))

export function referenceStream(answerId: number): ReferenceStream {
  return streams[answerId % STREAM_IDS]!
}

/** Many events in one buffer, to be written as fast as a socket takes them. */
const FLOOD_REPEATS = 19
const { events: floodRound } = referenceStream(0)
const flood = Buffer.concat(Array.from({ length: FLOOD_REPEATS }, () => floodRound).flat())
const floodEnds: readonly number[] = floodRound.reduce<number[]>(
  (ends, event) => [...ends, (ends.at(-1) ?? 0) + event.length],
  [],
)
const roundBytes = floodEnds.at(-1)!

/** Most events that `floodEvents` gives at once. */
export const FLOOD_EVENTS: number = FLOOD_REPEATS * floodRound.length

/** The next `count` events (at most `FLOOD_EVENTS`) in one buffer. */
export function floodEvents(count: number): Buffer {
  if (count >= FLOOD_EVENTS) return flood
  const rounds = Math.floor(count / floodRound.length)
  const rest = count % floodRound.length
  return flood.subarray(0, rounds * roundBytes + (rest === 0 ? 0 : floodEnds[rest - 1]!))
}
