import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SELF_SIGNED } from './self-signed.testkit.ts'
import { exchange, GET, POST } from './transport.testkit.ts'
import type { Transport } from './transport.ts'
import { createUndiciTransport, type UndiciTransportOptions } from './undici-transport.ts'

async function listen(server: Server | Http2SecureServer): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function transportTo(url: string, options: Partial<UndiciTransportOptions> = {}): Transport {
  const transport = createUndiciTransport({
    url,
    connections: 100,
    connectTimeoutMs: 2000,
    now: () => performance.now(),
    tls: { ca: SELF_SIGNED.cert },
    ...options,
  })
  onTestFinished(() => transport.close())
  return transport
}

describe('HTTP/2', () => {
  /** Answers every stream by `answer`; `sessions` are those that clients have opened. */
  async function serve(answer: (stream: ServerHttp2Stream, path: string) => void, maxConcurrentStreams = 1000) {
    const sessions: ServerHttp2Session[] = []
    const server = createSecureServer({ ...SELF_SIGNED, settings: { maxConcurrentStreams } })
    server.on('session', (session) => void sessions.push(session))
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      answer(stream, String(headers[':path']))
    })
    onTestFinished(() => sessions.forEach((session) => session.destroy()))
    return { url: `https://${await listen(server)}`, sessions }
  }

  const answerOk = (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200 })
    setImmediate(() => stream.end('ok'))
  }
  const OK = ['sent', 'head 200', 'ok', 'end']
  const allOk = (count: number): string[][] => Array.from({ length: count }, () => OK)

  test('one connection carries all requests, one after the other and at once', async () => {
    const { url, sessions } = await serve(answerOk)
    const transport = transportTo(url)
    for (let i = 0; i < 3; i++) expect(await exchange(transport, POST)).toEqual(OK)
    const all = await Promise.all(Array.from({ length: 60 }, () => exchange(transport, GET)))
    expect(all).toEqual(allOk(60))
    expect(sessions).toHaveLength(1)
    expect(transport.connections()).toMatchObject({ opened: 1, http2: 1, reused: 62, resent: 0 })
  })

  // 100 streams on each
  test('250 at once take three connections, opened ahead', async () => {
    const { url, sessions } = await serve(answerOk)
    const transport = transportTo(url)
    await transport.prepare(250)
    expect(transport.connections()).toMatchObject({ opened: 3, http2: 3 })
    const all = await Promise.all(Array.from({ length: 250 }, () => exchange(transport, GET)))
    expect(all).toEqual(allOk(250))
    expect(sessions).toHaveLength(3)
  })

  test('a server that allows few streams gets more connections', async () => {
    const held: ServerHttp2Stream[] = []
    const { url } = await serve((stream, path) => (path === '/hold' ? held.push(stream) : answerOk(stream)), 4)
    const transport = transportTo(url)
    expect(await exchange(transport, GET)).toEqual(OK)
    const holding = Array.from({ length: 12 }, () => exchange(transport, { ...GET, path: '/hold' }))
    while (held.length < 11) await new Promise(setImmediate)
    // The fifth waits on the first connection, which was thought to take more; the others do not.
    expect(transport.connections()?.opened).toBeGreaterThanOrEqual(3)
    while (held.length > 0) answerOk(held.pop()!)
    while (held.length === 0) await new Promise(setImmediate)
    answerOk(held.pop()!)
    expect(await Promise.all(holding)).toEqual(allOk(12))
  })

  test('a stream that the server resets, or that we abort, ends alone', async () => {
    const held: ServerHttp2Stream[] = []
    const { url, sessions } = await serve((stream, path) => {
      stream.respond({ ':status': 200 })
      stream.write('half')
      if (path === '/hold') held.push(stream)
      else if (path === '/reset') setTimeout(() => stream.close(2), 20)
    })
    const transport = transportTo(url)
    const whole = exchange(transport, { ...GET, path: '/hold' })
    while (held.length === 0) await new Promise(setImmediate)
    const reset = await exchange(transport, { ...GET, path: '/reset' })
    // undici does not tell a reset from an end. Its decoder does: the answer has no finish reason.
    expect(reset).toEqual(['sent', 'head 200', 'half', 'end'])
    expect(await exchange(transport, { ...GET, path: '/abort' }, 'half')).toEqual(['sent', 'head 200', 'half'])
    held[0]!.end(' whole')
    expect(await whole).toEqual(['sent', 'head 200', 'half', ' whole', 'end'])
    expect(sessions).toHaveLength(1)
  })

  test('a lost connection fails what is on it, and the next request opens another', async () => {
    const { url, sessions } = await serve((stream, path) => {
      if (path === '/lose') sessions.at(-1)!.destroy()
      else answerOk(stream)
    })
    const transport = transportTo(url)
    expect(await exchange(transport, GET)).toEqual(OK)
    expect((await exchange(transport, { ...GET, path: '/lose' })).at(-1)).toMatch(/^truncated: /)
    expect(await exchange(transport, GET)).toEqual(OK)
    expect(transport.connections()).toMatchObject({ opened: 2, http2: 2 })
  })

  test('close ends what is in flight as aborted', async () => {
    const arrived = Promise.withResolvers<void>()
    const { url } = await serve(() => arrived.resolve())
    const transport = transportTo(url)
    const both = Promise.all([exchange(transport, GET), exchange(transport, GET)])
    await arrived.promise
    await transport.close()
    expect((await both).map((heard) => heard.at(-1))).toEqual(Array(2).fill('aborted: the client was closed'))
  })
})

describe('a proxy', () => {
  /** Tunnels to where it is asked to, or says `refusal`; keeps what it was told. */
  async function serveProxy(refusal?: number) {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push([request.method, request.url, request.headers.host, request.headers['proxy-authorization']].join(' '))
      response.writeHead(refusal ?? 200).end('from the proxy')
    })
    const sockets = new Set<Socket>()
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push([request.method, request.url, request.headers['proxy-authorization']].join(' '))
      sockets.add(socket.on('error', () => {}))
      if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`)
      const [host = '', port] = request.url!.split(':')
      const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'))
      onward.on('error', () => socket.destroy()).on('close', () => socket.destroy())
      socket.on('close', () => onward.destroy())
      onward.pipe(socket).pipe(onward)
    })
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
    return { place: await listen(server), asked }
  }
  const AUTHORIZATION = `Basic ${Buffer.from('user:p@ss').toString('base64')}`

  test('to a server at https the way is a tunnel, opened ahead and used again, with HTTP/2 or HTTP/1.1 inside', async () => {
    const { place, asked } = await serveProxy()
    const one = await listen(createTlsServer(SELF_SIGNED, (_request, response) => response.end('one')))
    const http2 = createSecureServer(SELF_SIGNED).on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.end('two')
    })
    const two = await listen(http2)
    for (const [server, body] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      const transport = transportTo(`https://${server}`, { proxy: `http://user:p%40ss@${place}` })
      await transport.prepare(1)
      expect(asked).toEqual([`CONNECT ${server} ${AUTHORIZATION}`])
      for (let i = 0; i < 2; i++) expect(await exchange(transport, POST)).toEqual(['sent', 'head 200', body, 'end'])
      expect(transport.connections()).toMatchObject({ opened: 1, http2: server === two ? 1 : 0, reused: 1 })
      expect(asked.splice(0)).toHaveLength(1)
      await transport.close()
    }
  })

  test('of a server at http the proxy is told the whole URL', async () => {
    const { place, asked } = await serveProxy()
    const transport = transportTo('http://llm.invalid:8000/base', { proxy: `http://user:p%40ss@${place}` })
    expect(await exchange(transport, POST)).toEqual(['sent', 'head 200', 'from the proxy', 'end'])
    expect(asked).toEqual([`POST http://llm.invalid:8000/base/v1/completions llm.invalid:8000 ${AUTHORIZATION}`])
  })

  test.for([
    ['https', 407, /the proxy 127\.0\.0\.1:\d+ wants other credentials \(HTTP 407\)\. Write them into HTTPS_PROXY/],
    ['http', 407, /the proxy 127\.0\.0\.1:\d+ wants other credentials \(HTTP 407\)\. Write them into HTTP_PROXY/],
    ['https', 403, /refuses to connect to llm\.invalid:443 \(HTTP 403\)\. .* name llm\.invalid in NO_PROXY/],
  ] as const)(
    'asked for a server at %s, what it refuses by %i is a failure of the proxy',
    async ([scheme, status, says]) => {
      const { place } = await serveProxy(status)
      const heard = await exchange(transportTo(`${scheme}://llm.invalid`, { proxy: `http://u:secret@${place}` }), GET)
      expect(heard.at(-1)).toMatch(/^connect: /)
      expect(heard.at(-1)).toMatch(says)
      expect(heard.at(-1)).not.toContain('secret')
    },
  )

  test.for(['http', 'https'])('for a server at %s: one that is not there is a failure of the proxy', async (scheme) => {
    const gone = createServer()
    const place = await listen(gone)
    await new Promise((resolve) => gone.close(resolve))
    const heard = await exchange(transportTo(`${scheme}://llm.invalid`, { proxy: `http://${place}` }), GET)
    expect(heard).toEqual([
      expect.stringMatching(/^connect: the proxy 127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED/),
    ])
  })
})
