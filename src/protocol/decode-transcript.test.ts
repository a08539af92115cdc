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
