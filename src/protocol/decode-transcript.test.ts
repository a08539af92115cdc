import { expect, test } from 'vitest'
import { decodeTranscript } from './decode-transcript.ts'
import { expectedAnswer, recordedStreams, type RecordedStream } from './recorded-streams.testkit.ts'

const streams = recordedStreams()
const SPLITS_PER_STREAM = 100

test('every recorded stream is there', () => {
  expect(streams).toHaveLength(65)
})

test.each(streams)('$name decodes to its expected parse in one piece', (stream) => {
  expectParse(stream, [stream.body])
})

test.each(streams)('$name decodes to its expected parse byte by byte', (stream) => {
  expectParse(
    stream,
    Array.from(stream.body, (byte) => Uint8Array.of(byte)),
  )
})

test.each(streams)('$name decodes to its expected parse however the network cuts it', (stream) => {
  const random = lcg(20260823)
  for (let i = 0; i < SPLITS_PER_STREAM; i++) {
    const cuts = Array.from({ length: 1 + (random() % 40) }, () => random() % (stream.body.length + 1))
    expectParse(stream, splitAt(stream.body, cuts))
  }
})

/** An answer that mlc-llm ended before its first token, and what else may look like one. */
test.for([
  ['an answer of no tokens', 'stop', 0, { completionTokens: 0, success: true }],
  ['one that the server does not count', 'stop', null, { completionTokens: null, success: false }],
  ['one that was cut off', 'length', 0, { completionTokens: null, success: false }],
  ['one without an end', null, 0, { completionTokens: null, success: false }],
  ['an error', 'abort', 0, { completionTokens: null, success: false }],
] as const)('%s: finished %s, %s tokens', ([, reason, tokens, expected]) => {
  const events = [
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
    { choices: [{ index: 0, delta: { content: '' }, finish_reason: reason }] },
    { choices: [], usage: { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 } },
  ]
  const body = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`
  const decoded = decodeTranscript({
    protocol: 'openai-chat',
    httpStatus: 200,
    contentType: 'text/event-stream',
    transportEnd: 'clean',
    chunks: [Buffer.from(body)],
  })
  expect(decoded).toMatchObject({ text: '', outputEvents: 0, promptTokens: 12, endedWithDone: true, ...expected })
})

function expectParse(stream: RecordedStream, chunks: Uint8Array[]): void {
  const { body, expected } = stream
  const decoded = decodeTranscript({
    protocol: expected.protocol,
    httpStatus: expected.http_status,
    contentType: expected.content_type,
    transportEnd: expected.transport_end,
    chunks,
  })
  expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(body.length)
  expect(decoded).toMatchObject({ ...expectedAnswer(stream), events: expected.n_json_events })
  // An event with reasoning only adds output but no answer.
  expect(decoded.outputEvents - decoded.answerEvents).toBe(expected.n_reasoning_chunks)
}

function splitAt(body: Uint8Array, cuts: number[]): Uint8Array[] {
  const bounds = [0, ...cuts.toSorted((a, b) => a - b), body.length]
  return bounds.slice(1).map((end, i) => body.slice(bounds[i], end))
}

/** Numerical Recipes' linear congruential generator: the cuts are the same on every run. */
function lcg(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8
}
