import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { SELF_SIGNED } from './self-signed.testkit.ts'
import type { Transport } from './transport.ts'
import { createHttpTransport, type HttpTransportOptions } from './http-transport.ts'
import { exchange, GET, POST } from './transport.testkit.ts'
import { createUndiciTransport } from './undici-transport.ts'

const toClose: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close()
})

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  toClose.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server below HTTP: called at each request, which must come in one packet. */
function raw(answer: (socket: Socket) => void): ReturnType<typeof createTcpServer> {
  return createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => answer(socket))
  })
}

function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

type Create = (options: HttpTransportOptions) => Transport

function connectWith(create: Create, options: Partial<HttpTransportOptions> & { url: string }): Transport {
  const transport = create({ connections: 10, connectTimeoutMs: 2000, now: () => performance.now(), ...options })
  toClose.push(() => transport.close())
  return transport
}

describe.for<[string, Create]>([
  ['ours', createHttpTransport],
  ["undici's", createUndiciTransport],
])('%s', ([, create]) => {
  const connectTo = (url: string, connections = 10): Transport => connectWith(create, { url, connections })

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
    expect(transport.connections()).toMatchObject({ opened: 1, reused: 4 })
  })

  test('five at once open five connections, and never more than the limit', async () => {
    const url = await serve((_request, response) => setImmediate(() => response.end('ok')))
    const wide = connectTo(url, 5)
    await Promise.all(Array.from({ length: 5 }, () => exchange(wide, GET)))
    expect(wide.connections()).toMatchObject({ opened: 5, reused: 0 })

    const narrow = connectTo(url, 2)
    const all = await Promise.all(Array.from({ length: 5 }, () => exchange(narrow, GET)))
    expect(all.every((heard) => heard.at(-1) === 'end')).toBe(true)
    expect(narrow.connections()).toMatchObject({ opened: 2, reused: 3 })
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

  test('over TLS an answer is the same, and the connection is used again', async () => {
    const server = createTlsServer(SELF_SIGNED, (_request, response) => {
      response.write('one')
      setImmediate(() => response.end('two'))
    })
    const url = (await listen(server)).replace('http:', 'https:')
    const transport = connectWith(create, { url, tls: { ca: SELF_SIGNED.cert } })
    for (let i = 0; i < 2; i++) {
      const [sent, head, ...rest] = await exchange(transport, POST)
      expect([sent, head, rest.join('')]).toEqual(['sent', 'head 200', 'onetwoend'])
    }
    expect(transport.connections()).toMatchObject({ opened: 1, reused: 1 })
  })

  test('a certificate that nobody trusts is a tls failure', async () => {
    const url = (await listen(createTlsServer(SELF_SIGNED))).replace('http:', 'https:')
    const [heard] = await exchange(connectTo(url), GET)
    expect(heard).toMatch(/^tls: no TLS session with 127\.0\.0\.1:\d+ \((DEPTH_ZERO_)?SELF_SIGNED/)
  })

  test('an interim answer, chunk extensions and trailers are read over', async () => {
    const server = raw((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n')
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n0\r\nX-Sum: 1\r\n\r\n')
    })
    const transport = connectTo(await listen(server))
    for (let i = 0; i < 2; i++) expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'one', 'end'])
    expect(transport.connections()).toMatchObject({ opened: 1, reused: 1 })
  })

  test('what came in one read became visible at one time, however it is framed', async () => {
    const server = raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')
    })
    let reads = 0
    const transport = connectWith(create, { url: await listen(server), now: () => reads++ })
    const stamps: number[] = []
    await new Promise<void>((resolve) => {
      transport.send(GET, {
        onSent() {},
        onHead: (_status, _headers, at) => stamps.push(at),
        onBytes: (_bytes, _start, _end, at) => stamps.push(at),
        onEnd: resolve,
        onError: () => resolve(),
      })
    })
    expect(stamps).toEqual([stamps[0], stamps[0], stamps[0]])
  })

  test('a server that asks for a certificate gets the one that was given, and without it the failure says what is missing', async () => {
    const server = createTlsServer({ ...SELF_SIGNED, ca: SELF_SIGNED.cert, requestCert: true }, (request, response) =>
      response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN),
    )
    const url = (await listen(server)).replace('http:', 'https:')
    const { cert, key } = SELF_SIGNED
    const known = connectWith(create, { url, tls: { ca: cert, cert, key } })
    expect(await exchange(known, GET)).toEqual(['sent', 'head 200', '127.0.0.1', 'end'])
    const stranger = await exchange(connectWith(create, { url, tls: { ca: cert } }), GET)
    expect(stranger.at(-1)).toMatch(/^tls: .*CERTIFICATE_REQUIRED.* give `tls: \{ cert, key \}`/)
  })

  test('a body may end with its connection', async () => {
    const server = raw((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall'))
    const transport = connectTo(await listen(server))
    for (let i = 0; i < 2; i++) expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'all', 'end'])
    expect(transport.connections()).toMatchObject({ opened: 2, reused: 0 })
  })

  test('a connection that the server closes after its answer is not used again', async () => {
    const transport = connectTo(
      await serve((_request, response) => response.writeHead(200, { connection: 'close' }).end('ok')),
    )
    for (let i = 0; i < 3; i++) expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
    expect(transport.connections()).toMatchObject({ opened: 3, reused: 0 })
  })

  test('what is no HTTP breaks the connection', async () => {
    const transport = connectTo(await listen(raw((socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'))))
    expect((await exchange(transport, GET))[1]).toMatch(/^truncated: .* broke before the end/)
  })

  test('TLS with a server that does not speak it is a tls failure', async () => {
    const url = await serve((_request, response) => response.end('plain'))
    const [heard] = await exchange(connectTo(url.replace('http:', 'https:')), GET)
    expect(heard).toMatch(/^tls: no TLS session with 127\.0\.0\.1/)
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
    expect(transport.connections()).toMatchObject({ opened: 2, reused: 1 })
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

  describe('connections opened ahead of need', () => {
    const prepare = async (spare: number, server: Server, limit = 10): Promise<Transport> => {
      const transport = connectWith(create, { url: await listen(server), connections: limit })
      await transport.prepare(spare)
      return transport
    }
    const answering = (): Server => createServer((_request, response) => setImmediate(() => response.end('ok')))

    test('three are open before the first request, which takes one of them', async () => {
      const transport = await prepare(3, answering())
      expect(transport.connections()).toMatchObject({ opened: 3, connectMs: Array(3).fill(expect.any(Number)) })
      await transport.prepare(0)
      await Promise.all(Array.from({ length: 3 }, () => exchange(transport, GET)))
      expect(transport.connections()).toMatchObject({ opened: 3, reused: 0 })
    })

    test('never more than the limit', async () => {
      const transport = await prepare(50, answering(), 4)
      expect(transport.connections()).toMatchObject({ opened: 4 })
    })

    test('one that the server has closed is opened again at the next call', async () => {
      const sockets: Socket[] = []
      const server = answering().on('connection', (socket: Socket) => sockets.push(socket))
      const transport = await prepare(1, server)
      while (sockets.length === 0) await new Promise(setImmediate)
      sockets[0]!.destroy()
      while (transport.connections()?.opened === 1) {
        await transport.prepare(1)
        await new Promise(setImmediate)
      }
      await transport.prepare(0)
      expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
      expect(transport.connections()).toMatchObject({ opened: 2, reused: 0 })
    })

    test('one that its server will have closed before it is needed is replaced ahead, and no other', async () => {
      const server = answering()
      server.keepAliveTimeout = 5000
      let now = 0
      const transport = connectWith(create, { url: await listen(server), now: () => now })
      await exchange(transport, GET)
      await transport.prepare(1, 3999)
      expect(transport.connections()).toMatchObject({ opened: 1 })
      now = 3600
      await transport.prepare(1, 4100)
      expect(transport.connections()).toMatchObject({ opened: 2 })
      now = 4050
      await transport.prepare(0)
      expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
      expect(transport.connections()).toMatchObject({ opened: 2, reused: 0 })
    })

    test('a server that closes unused connections is not asked again before the next call', async () => {
      let onClosed = (): void => {}
      const closing = createTcpServer((socket) => {
        socket.on('close', () => onClosed()).end()
      })
      const transport = connectWith(create, { url: await listen(closing) })
      for (let calls = 1; calls <= 2; calls++) {
        const closed = new Promise<void>((resolve) => {
          onClosed = resolve
        })
        await transport.prepare(1)
        await closed
        for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate)
        expect(transport.connections()).toMatchObject({ opened: calls })
      }
    })

    test('a server that is not there resolves the wait, and the request says why', async () => {
      const url = await listen(createServer())
      await toClose.pop()!()
      const transport = connectWith(create, { url })
      await transport.prepare(5)
      expect((await exchange(transport, GET))[0]).toMatch(/^connect: .* refused/)
    })

    test('localhost is found, though the server listens at one of its addresses only', async () => {
      const url = (await listen(answering())).replace('127.0.0.1', 'localhost')
      expect(await exchange(connectWith(create, { url }), GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
    })
  })

  test('what follows an answer unasked is not taken for the next one', async () => {
    const server = raw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n'),
    )
    const transport = connectWith(create, { url: await listen(server) })
    for (let i = 0; i < 2; i++) expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
    expect(transport.connections()).toMatchObject({ opened: 2, reused: 0 })
  })

  test.for(['H', 'HTTP/1.1 200 OK\r\ncontent-ty', 'HTTP/1.1 103 Early Hints\r\n\r\n'])(
    'a request whose answer broke off after %j has been heard by the server, and is not sent again',
    async (part) => {
      let requests = 0
      const server = raw((socket) => {
        if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        else socket.write(part, () => setImmediate(() => socket.destroy()))
      })
      const transport = connectWith(create, { url: await listen(server) })
      expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
      expect(await exchange(transport, GET)).toEqual([
        'sent',
        expect.stringMatching(/^truncated: .* broke before the end/),
      ])
      expect(requests).toBe(2)
      expect(transport.connections()).toEqual(expect.objectContaining({ opened: 1, reused: 1, resent: 0 }))
    },
  )

  test('a header that HTTP cannot carry fails its request, and no other', async () => {
    const transport = connectWith(create, { url: await serve((_request, response) => response.end('ok')) })
    expect(await exchange(transport, { ...GET, headers: { 'x-a': 'b\r\nx-c: d' } })).toEqual([
      expect.stringMatching(/^connect: the request cannot be written: .*header/),
    ])
    expect(await exchange(transport, GET)).toEqual(['sent', 'head 200', 'ok', 'end'])
  })

  test.for(['localhost:8000', 'ftp://host', ''])('"%s" is a bad target', (url) => {
    expect(() => create({ url, connections: 1, connectTimeoutMs: 1, now: () => 0 })).toThrow(
      'is not the URL of a server',
    )
  })
})
