import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SELF_SIGNED } from './self-signed.testkit.ts'
import type { TlsOptions } from './tls.ts'
import type { Transport, WireRequest } from './transport.ts'
import { createUndiciTransport } from './undici-transport.ts'

const GET: WireRequest = { method: 'GET', path: '/v1/models', headers: {}, body: null }
const POST: WireRequest = { method: 'POST', path: '/v1/completions', headers: { 'x-a': 'b' }, body: '{"ä":1}' }

const toClose: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close()
})

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  toClose.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

function connectTo(url: string, connections = 10, tls: TlsOptions = {}): Transport {
  const transport = createUndiciTransport({ url, connections, connectTimeoutMs: 2000, tls })
  toClose.push(() => transport.close())
  return transport
}

/** What the observer heard, in order, as words; bytes are joined. */
function exchange(transport: Transport, request: WireRequest, abortOn?: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const heard: string[] = []
  const hear = (what: string): void => {
    heard.push(what)
    if (what === abortOn) {
      sending.abort()
      setImmediate(resolve, heard)
    }
  }
  const sending = transport.send(request, {
    onSent: () => hear('sent'),
    onHead: (status) => hear(`head ${status}`),
    onBytes: (bytes) => hear(Buffer.from(bytes).toString()),
    onEnd() {
      hear('end')
      resolve(heard)
    },
    onError(kind, message) {
      hear(`${kind}: ${message}`)
      resolve(heard)
    },
  })
  return promise
}

test('an answer is heard as sent, head, bytes as they come, end', async () => {
  const url = await serve((_request, response) => {
    response.write('one')
    setImmediate(() => response.end('two'))
  })
  const [sent, head, ...rest] = await exchange(connectTo(url), POST)
  expect([sent, head]).toEqual(['sent', 'head 200'])
  expect(rest.join('')).toBe('onetwoend')
})

test('path prefix, method, headers and body reach the server', async () => {
  const url = await serve((request, response) => {
    const parts = [request.method, request.url, request.headers['x-a'], '']
    request.on('data', (bytes: Buffer) => (parts[3] += bytes.toString()))
    request.on('end', () => response.end(parts.join(' ')))
  })
  expect(await exchange(connectTo(`${url}/prefix/`), POST)).toContain('POST /prefix/v1/completions b {"ä":1}')
})

test('one after the other, requests share one connection: one opened, four reused', async () => {
  const transport = connectTo(await serve((_request, response) => response.end('ok')))
  for (let i = 0; i < 5; i++) await exchange(transport, GET)
  expect(transport.connections()).toEqual({ opened: 1, reused: 4, resent: 0 })
})

test('five at once open five connections, and never more than the limit', async () => {
  const url = await serve((_request, response) => setImmediate(() => response.end('ok')))
  const wide = connectTo(url, 5)
  await Promise.all(Array.from({ length: 5 }, () => exchange(wide, GET)))
  expect(wide.connections()).toEqual({ opened: 5, reused: 0, resent: 0 })

  const narrow = connectTo(url, 2)
  const all = await Promise.all(Array.from({ length: 5 }, () => exchange(narrow, GET)))
  expect(all.every((heard) => heard.at(-1) === 'end')).toBe(true)
  expect(narrow.connections()).toEqual({ opened: 2, reused: 3, resent: 0 })
})

test('a refused port is a connect failure that names host, port and what to check', async () => {
  const server = createTcpServer()
  const url = await listen(server)
  await toClose.pop()!()
  const port = new URL(url).port
  expect(await exchange(connectTo(url), GET)).toEqual([
    `connect: 127.0.0.1:${port} refused the connection (ECONNREFUSED). Is the server running, and on this port?`,
  ])
})

test('a host without an address is a connect failure', async () => {
  const [heard] = await exchange(connectTo('http://no-such-host.invalid:80'), GET)
  expect(heard).toMatch(/^connect: no-such-host\.invalid has no address/)
})

test('TLS with a server that does not speak it is a tls failure', async () => {
  const url = await serve((_request, response) => response.end('plain'))
  const [heard] = await exchange(connectTo(url.replace('http:', 'https:')), GET)
  expect(heard).toMatch(/^tls: no TLS session with 127\.0\.0\.1/)
})

test('a certificate that nobody vouches for is a tls failure, unless its authority is trusted or nothing is checked', async () => {
  const server = createTlsServer(SELF_SIGNED, (_request, response) => response.end('ok'))
  const url = (await listen(server)).replace('http:', 'https:')
  expect(await exchange(connectTo(url), GET)).toEqual([
    expect.stringMatching(/^tls: no TLS session with 127\.0\.0\.1:\d+ \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
  ])
  const ok = ['sent', 'head 200', 'ok', 'end']
  expect(await exchange(connectTo(url, 1, { ca: SELF_SIGNED.cert }), GET)).toEqual(ok)
  expect(await exchange(connectTo(url, 1, { rejectUnauthorized: false }), GET)).toEqual(ok)
})

test('a body cut off is truncated, and the bytes before it are heard', async () => {
  const url = await serve((_request, response) => {
    response.write('half', () => response.destroy())
  })
  const heard = await exchange(connectTo(url), GET)
  expect(heard.slice(0, 3)).toEqual(['sent', 'head 200', 'half'])
  expect(heard[3]).toMatch(/^truncated: the connection to 127\.0\.0\.1:\d+ broke before the end/)
})

test('a request that a reused connection lost before any byte is sent once more, on a new one', async () => {
  let requests = 0
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      if (++requests === 2) socket.destroy()
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  const transport = connectTo(await listen(server))
  expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
  expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
  expect(requests).toBe(3)
  expect(transport.connections()).toEqual({ opened: 2, reused: 1, resent: 1 })
})

test('a new connection that is lost before any byte is not tried again', async () => {
  let requests = 0
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      requests++
      socket.destroy()
    })
  })
  const heard = await exchange(connectTo(await listen(server)), GET)
  expect(heard[1]).toMatch(/^truncated/)
  expect(requests).toBe(1)
})

test('nothing is heard after abort, and the server sees the connection close', async () => {
  const closed = Promise.withResolvers<void>()
  const url = await serve((_request, response) => {
    response.write('first')
    response.on('close', closed.resolve)
  })
  const heard = await exchange(connectTo(url), GET, 'first')
  await closed.promise
  expect(heard).toEqual(['sent', 'head 200', 'first'])
})

test('close ends what is in flight and what is queued as aborted', async () => {
  const arrived = Promise.withResolvers<void>()
  const transport = connectTo(await serve(() => arrived.resolve()), 1)
  const both = Promise.all([exchange(transport, GET), exchange(transport, GET)])
  await arrived.promise
  await transport.close()
  expect(await both).toEqual([['sent', 'aborted: the client was closed'], ['aborted: the client was closed']])
})

test.for(['localhost:8000', 'ftp://host', ''])('"%s" is a bad target', (url) => {
  expect(() => createUndiciTransport({ url, connections: 1, connectTimeoutMs: 1 })).toThrow(
    'is not the URL of a server',
  )
})
