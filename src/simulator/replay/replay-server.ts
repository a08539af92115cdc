import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Ms } from '../../base/units.ts'
import { listen } from '../listen.ts'
import { FAULTS, type Fault } from './faults.ts'
import type { Recording } from './recording.ts'
import { ReplayedAnswer } from './replayed-answer.ts'

export interface ReplayServerOptions {
  /** At least one; requests get them in turn. */
  readonly recordings: readonly Recording[]
  readonly fault: Fault
  /** Every so many-th request is faulty, the others are healthy. Default 1: each one. */
  readonly every?: number
  /** Between two writes. */
  readonly gapMs: Ms
  /** Monotonic ms. */
  now(): Ms
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

export interface ReplayServer {
  /** Base URL, without a slash at the end. */
  readonly url: string
  /** Requests to generate so far. */
  requests(): number
  openConnections(): number
  /** Ends every connection. */
  close(): Promise<void>
}

/** What servers tell of themselves, as far as a bench asks before it starts. */
const PAGES: Readonly<Record<string, unknown>> = {
  '/health': {},
  '/info': { model_id: 'replay', version: null },
  '/v1/models': { object: 'list', data: [{ id: 'replay', object: 'model', created: 0, owned_by: 'replay' }] },
}

/**
 * Serves recorded answers over HTTP, with a fault if one is asked for, whatever a `POST` asks and wherever it goes.
 * Throws BenchError `bad-command` where the port cannot be had.
 */
export async function startReplayServer(options: ReplayServerOptions): Promise<ReplayServer> {
  switch (options.fault.kind) {
    case 'refuse':
      return refusingServer(options)
    case 'tls':
      return brokenTlsServer(options)
    default:
      return answeringServer(options)
  }
}

async function answeringServer(options: ReplayServerOptions): Promise<ReplayServer> {
  const { recordings, fault, every = 1, gapMs, now } = options
  const startedAt = now()
  let requests = 0
  const server = createHttpServer((request, response) => {
    if (request.method === 'GET') return sendPage(request, response)
    const nth = ++requests
    const recording = recordings[(nth - 1) % recordings.length]!
    const uptime = (): Ms => now() - startedAt
    const answer = new ReplayedAnswer({ request, response }, { recording, nth, gapMs, uptime })
    void respond(answer, nth % every === 0 ? fault : { kind: 'none', after: 0 })
  })
  return running(server, await listen(server, options.host, options.port), () => requests)
}

async function respond(answer: ReplayedAnswer, { kind, after }: Fault): Promise<void> {
  await answer.readRequest(kind === 'slow-reader' ? after : 0)
  if (!answer.isGone()) await FAULTS[kind].answer(answer, after)
}

function sendPage({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const page = PAGES[url]
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(page === undefined ? '' : JSON.stringify(page))
}

function running(server: Server, url: string, requests: () => number): ReplayServer {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    url,
    requests,
    openConnections: () => sockets.size,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** The address of a port that was free a moment ago. Nothing listens there, so a timer keeps the process until `close`. */
async function refusingServer({ host, port }: ReplayServerOptions): Promise<ReplayServer> {
  const server = createTcpServer()
  const refusing = running(server, await listen(server, host, port), () => 0)
  await refusing.close()
  const there = setInterval(() => {}, 2 ** 30)
  return { ...refusing, close: async () => clearInterval(there) }
}

/** TLS 1.2 record of a fatal alert, `handshake_failure`. */
const HANDSHAKE_FAILURE = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28)

async function brokenTlsServer({ host, port }: ReplayServerOptions): Promise<ReplayServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(HANDSHAKE_FAILURE))
  })
  return running(server, await listen(server, host, port, 'https'), () => 0)
}
