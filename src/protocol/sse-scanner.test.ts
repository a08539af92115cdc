import { expect, test } from 'vitest'
import { MAX_EVENT_BYTES } from './byte-splitter.ts'
import { SseScanner } from './sse-scanner.ts'

test.each([
  { name: 'LF', body: 'data: a\n\ndata: b\n\n', expected: ['a', 'b'] },
  { name: 'CRLF', body: 'data: a\r\n\r\ndata: b\r\n\r\n', expected: ['a', 'b'] },
  { name: 'LF events with CRLF pings', body: 'data: a\n\n: ping\r\n\r\ndata: b\n\n', expected: ['a', 'b'] },
  { name: 'no blank after the colon', body: 'data:a\n\n', expected: ['a'] },
  { name: 'only the first blank is syntax', body: 'data:  a \n\n', expected: [' a '] },
  { name: 'several data lines', body: 'data: a\ndata:\ndata: b\n\n', expected: ['a\n\nb'] },
  { name: 'other fields', body: 'event: x\nid: 1\nretry: 5\ndata: a\n\n', expected: ['a'] },
  { name: 'a byte order mark', body: '\uFEFFdata: a\n\n', expected: ['a'] },
  { name: 'a last event without its blank line', body: 'data: a\n\ndata: b', expected: ['a', 'b (unfinished)'] },
  { name: 'a field called error', body: 'error: {"code":500}\n\n', expected: ['error field {"code":500}'] },
  { name: 'a plain body', body: '{"error":\n "x"}', expected: ['stray {"error":', 'stray  "x"}'] },
  { name: 'a field cut in its name', body: 'data: a\n\nda', expected: ['a'] },
])('$name is understood whole and byte by byte', ({ body, expected }) => {
  const bytes = new TextEncoder().encode(body)
  expect(scan([bytes])).toEqual(expected)
  expect(scan(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
})

test('an event beyond the bound is given up, in one line or in many, and nothing follows', () => {
  const megabyte = new Uint8Array(1_048_576).fill(97)
  const tooMany = MAX_EVENT_BYTES / megabyte.length + 1
  const oneLine = [text('data: '), ...Array.from({ length: tooMany }, () => megabyte), text('\n\ndata: b\n\n')]
  expect(scan(oneLine)).toEqual(['overflow'])
  const manyLines = Array.from({ length: tooMany }, () => [text('data: '), megabyte, text('\n')]).flat()
  expect(scan([...manyLines, text('\n\ndata: b\n\n')])).toEqual(['overflow'])
})

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end))
}

function scan(chunks: Uint8Array[]): string[] {
  const seen: string[] = []
  const scanner = new SseScanner({
    knownEvents: (_bytes, start) => start,
    data: (bytes, start, end, finished) => seen.push(decode(bytes, start, end) + (finished ? '' : ' (unfinished)')),
    errorField: (bytes, start, end) => seen.push(`error field ${decode(bytes, start, end)}`),
    strayLine: (bytes, start, end) => seen.push(`stray ${decode(bytes, start, end)}`),
    overflow: () => seen.push('overflow'),
  })
  for (const chunk of chunks) {
    // A copy that is spoilt afterwards: the scanner may not look at bytes that it was only lent.
    const lent = chunk.slice()
    scanner.push(lent, 0, lent.length)
    lent.fill(0)
  }
  scanner.end()
  return seen
}
