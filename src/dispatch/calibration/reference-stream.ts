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
function chatChunk(delta: object, finishReason: string | null): string {
  return httpChunk(
    `data: ${JSON.stringify({
      id: 'chatcmpl-5f0c2a7be1d94c3f8a6b0d2e4f718293',
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

/** Each is one event with output. */
export const EVENTS: readonly Buffer[] = TOKENS.map((content) => Buffer.from(chatChunk({ content }, null)))

/** What ends an answer: the finish reason, the marker, and the last HTTP chunk. */
export const STREAM_END: Buffer = Buffer.from(
  `${chatChunk({}, 'length')}${httpChunk('data: [DONE]\n\n')}0${CRLF}${CRLF}`,
)

/** Many events in one buffer, to be written as fast as a socket takes them. */
const FLOOD_REPEATS = 19
const flood = Buffer.concat(Array.from({ length: FLOOD_REPEATS }, () => EVENTS).flat())
const floodEnds: readonly number[] = EVENTS.reduce<number[]>(
  (ends, event) => [...ends, (ends.at(-1) ?? 0) + event.length],
  [],
)
const roundBytes = floodEnds.at(-1)!

/** Most events that `floodEvents` gives at once. */
export const FLOOD_EVENTS: number = FLOOD_REPEATS * EVENTS.length

/** The next `count` events (at most `FLOOD_EVENTS`) in one buffer. */
export function floodEvents(count: number): Buffer {
  if (count >= FLOOD_EVENTS) return flood
  const rounds = Math.floor(count / EVENTS.length)
  const rest = count % EVENTS.length
  return flood.subarray(0, rounds * roundBytes + (rest === 0 ? 0 : floodEnds[rest - 1]!))
}
