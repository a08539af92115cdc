import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HttpResponseReader } from './http-response.ts'

interface Heard {
  status: number
  headers: Record<string, string | string[]>
  body: string
  end: 'reusable' | 'last' | 'open'
}

/** Reads the bytes in pieces of the given sizes; the last piece is the rest. */
function read(text: string, sizes: readonly number[] = [], closes = false): Heard[] {
  const bytes = Buffer.from(text, 'latin1')
  const answers: Heard[] = []
  const reader = new HttpResponseReader({
    head: (status, headers) => answers.push({ status, headers: { ...headers }, body: '', end: 'open' }),
    body: (piece, start, end) => (answers.at(-1)!.body += Buffer.from(piece.subarray(start, end)).toString('latin1')),
    end: (reusable) => (answers.at(-1)!.end = reusable ? 'reusable' : 'last'),
  })
  let from = 0
  for (const size of [...sizes, bytes.length]) {
    const to = Math.min(bytes.length, from + size)
    // As a socket does: into memory that holds other bytes before and behind.
    const memory = Buffer.concat([Buffer.from('\r\n0\r\n'), bytes.subarray(from, to), Buffer.from('\r\nff;')])
    for (let at = 5; at < 5 + to - from;) at = reader.push(memory, at, 5 + to - from)
    from = to
  }
  if (closes && !reader.close()) answers.at(-1)!.end = 'open'
  return answers
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const lengthOf = (n: number, extra = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${n}\r\n${extra}\r\n`

test.for<{ name: string; text: string; body: string; end: Heard['end']; closes?: boolean }>([
  { name: 'a body by length', text: `${lengthOf(5)}hello`, body: 'hello', end: 'reusable' },
  { name: 'an empty body by length', text: lengthOf(0), body: '', end: 'reusable' },
  {
    name: 'a body in chunks: 3 + 26',
    text: `${CHUNKED}3\r\nabc\r\n1A\r\n${'z'.repeat(26)}\r\n0\r\n\r\n`,
    body: `abc${'z'.repeat(26)}`,
    end: 'reusable',
  },
  { name: 'chunks with extensions', text: `${CHUNKED}3;a=b;c="d"\r\nabc\r\n0;x\r\n\r\n`, body: 'abc', end: 'reusable' },
  {
    name: 'chunks with trailers',
    text: `${CHUNKED}3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n`,
    body: 'abc',
    end: 'reusable',
  },
  { name: 'leading zeros in a length', text: `${CHUNKED}0003\r\nabc\r\n000\r\n\r\n`, body: 'abc', end: 'reusable' },
  { name: 'bare line feeds', text: 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', body: 'ok', end: 'reusable' },
  {
    name: 'interim answers before it',
    text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n${lengthOf(2)}ok`,
    body: 'ok',
    end: 'reusable',
  },
  { name: 'a blank line before it', text: `\r\n${lengthOf(2)}ok`, body: 'ok', end: 'reusable' },
  {
    name: 'a body until the connection closes',
    text: 'HTTP/1.1 200 OK\r\n\r\nall',
    body: 'all',
    end: 'last',
    closes: true,
  },
  { name: 'the close that was announced', text: `${lengthOf(2, 'Connection: Close\r\n')}ok`, body: 'ok', end: 'last' },
  { name: 'HTTP/1.0', text: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', body: 'ok', end: 'last' },
  {
    name: 'HTTP/1.0 that stays',
    text: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    end: 'reusable',
  },
  { name: 'no body after 204', text: 'HTTP/1.1 204 No Content\r\n\r\n', body: '', end: 'reusable' },
  {
    name: 'a length beside chunks, which is not believed',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    body: 'abc',
    end: 'last',
  },
  {
    name: 'the same length twice',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    end: 'reusable',
  },
  {
    name: 'a status without a reason',
    text: 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    end: 'reusable',
  },
])('$name, however it is cut', ({ text, body, end, closes = false }) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 80 }), (sizes) => {
      expect(read(text, sizes, closes)).toMatchObject([{ body, end }])
    }),
    { numRuns: 50 },
  )
})

test('headers are lists where they came more than once, with names in lower case', () => {
  const [answer] = read('HTTP/1.1 503 Busy\r\nX-A:  1 \r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n')
  expect(answer).toMatchObject({
    status: 503,
    headers: { 'x-a': '1', 'set-cookie': ['a', 'b'], 'content-length': '0' },
  })
})

test('answers that follow each other are told apart', () => {
  expect(read(`${lengthOf(2)}ok${CHUNKED}1\r\n!\r\n0\r\n\r\n${lengthOf(1)}?`).map(({ body }) => body)).toEqual([
    'ok',
    '!',
    '?',
  ])
})

test.for<[name: string, text: string]>([
  ['half a body', `${lengthOf(5)}he`],
  ['half a chunk', `${CHUNKED}5\r\nhe`],
  ['chunks without the last', `${CHUNKED}2\r\nhe\r\n`],
  ['half a trailer', `${CHUNKED}0\r\nX-A: `],
])('a connection that closes after %s leaves the answer open', ([, text]) => {
  expect(read(text, [], true)).toMatchObject([{ end: 'open' }])
})

test.for<[says: string, text: string]>([
  ['where an HTTP/1.1 status was expected', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['where an HTTP/1.1 status was expected', 'HTTP/2 200\r\n\r\n'],
  ['where an HTTP header was expected', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
  ['a content-length that is no length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a content-length that is no length', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ['whose length is no number', `${CHUNKED}xyz\r\n`],
  ['without a length', `${CHUNKED}\r\n`],
  ['longer than it says', `${CHUNKED}2\r\nabc\r\n`],
  ['of impossible length', `${CHUNKED}${'f'.repeat(14)}\r\n`],
  ['HTTP head of more than', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}`],
  ['HTTP 101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
])('no HTTP: %s', ([says, text]) => {
  expect(() => read(text)).toThrow(says)
})

test('nothing that bytes can say makes it fail in another way than by saying what is wrong', () => {
  const part = fc.constantFrom(
    'HTTP/1.1 200 OK',
    '\r\n',
    '\n',
    '0',
    '5',
    'a',
    ':',
    ';',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'f'.repeat(9),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 9 })), (parts, sizes) => {
      try {
        read(parts.join(''), sizes)
      } catch (error) {
        expect((error as Error).message).toMatch(/HTTP|content-length/)
      }
    }),
  )
})
