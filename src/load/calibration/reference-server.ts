import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Ms, PerSecond, Tokens } from '../../base/units.ts'
import { monotonicNow } from '../monotonic.ts'
import { createTimerHeap } from '../timer-heap.ts'
import { FLOOD_EVENTS, floodEvents, type ReferenceStream, referenceStream, STREAM_HEAD } from './reference-stream.ts'

export interface ReferenceServer {
  /** Base URL, without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** One answer to ask the reference server for. */
export interface ReferenceAnswer {
  /** Names the answer in the stamps; the first event comes at a share of the gap that depends on it, so streams are staggered. */
  readonly id: number
  readonly tokens: Tokens
  /** Events a second, from the request on; 0 sends them as fast as the socket takes them. */
  readonly rate: PerSecond
}

/** Where to POST for the answer. */
export function referencePath({ id, tokens, rate }: ReferenceAnswer): string {
  return `/v1/chat/completions?id=${id}&tokens=${tokens}&rate=${rate}`
}

/** GET gives the stamps of all answers since the last time, as `decodeReferenceStamps` reads them. */
export const STAMPS_PATH = '/stamps'

/** What the server did for one answer, ms on the machine's monotonic clock. */
export interface ReferenceStamps {
  readonly id: number
  /** The request was read. */
  readonly receivedAt: Ms
  /** Events handed to the socket; all of them were unless the client went away. */
  readonly events: number
  /** One for each event, just before it was written; empty for a flood. */
  readonly sentAt: Float64Array
}

/** Reads the body of `STAMPS_PATH`. */
export function decodeReferenceStamps(body: ArrayBuffer): ReferenceStamps[] {
  const numbers = new Float64Array(body)
  const answers: ReferenceStamps[] = []
  for (let at = 0; at < numbers.length;) {
    const [id, receivedAt, events, stamps] = numbers.subarray(at, at + 4) as unknown as [number, Ms, number, number]
    answers.push({ id, receivedAt, events, sentAt: numbers.subarray(at + 4, at + 4 + stamps) })
    at += 4 + stamps
  }
  return answers
}

interface Answering {
  readonly id: number
  readonly tokens: Tokens
  readonly gap: Ms
  readonly receivedAt: Ms
  readonly startAt: Ms
  readonly sentAt: Float64Array
  readonly stream: ReferenceStream
  readonly socket: Socket
  readonly onEnd: () => void
  events: number
}

/** How often paced answers are looked at: a token is late by this at the most, and its stamp tells. */
const TICK: Ms = 1
const GOLDEN_RATIO = 0.618_033_988_75

/**
 * A server that costs as little as a server can, and knows when it sent what: OpenAI chat streams from prepared buffers, paced
 * or as a flood, over keep-alive HTTP/1.1. Against its stamps a client's own delay can be measured.
 */
export async function startReferenceServer(): Promise<ReferenceServer> {
  const sockets = new Set<Socket>()
  const due = createTimerHeap()
  let ended: Answering[] = []
  let ticking: NodeJS.Timeout | null = null

  const tick = (): void => {
    ticking = null
    for (let next = due.peek(); next !== null && next.time <= monotonicNow(); next = due.peek()) {
      due.pop()?.callback?.()
    }
    if (due.peek() !== null) ticking = setTimeout(tick, TICK)
  }

  const finish = (answer: Answering): void => {
    ended.push(answer)
    answer.socket.write(answer.stream.end)
    answer.onEnd()
  }

  const pace = (answer: Answering): void => {
    if (answer.socket.destroyed) return void ended.push(answer)
    answer.sentAt[answer.events] = monotonicNow()
    const { events } = answer.stream
    answer.socket.write(events[answer.events % events.length]!)
    if (++answer.events === answer.tokens) return finish(answer)
    due.add(answer.startAt + answer.events * answer.gap, () => pace(answer))
  }

  const flood = (answer: Answering): void => {
    if (answer.socket.destroyed) return void ended.push(answer)
    while (answer.events < answer.tokens) {
      const count = Math.min(FLOOD_EVENTS, answer.tokens - answer.events)
      answer.events += count
      if (!answer.socket.write(floodEvents(count)) && answer.events < answer.tokens) {
        answer.socket.once('drain', () => flood(answer))
        return
      }
    }
    finish(answer)
  }

  const answerTo = (query: URLSearchParams, socket: Socket, onEnd: () => void): void => {
    const [id, tokens, rate] = ['id', 'tokens', 'rate'].map((name) => Number(query.get(name))) as [
      number,
      number,
      number,
    ]
    const gap = rate === 0 ? 0 : 1000 / rate
    const receivedAt = monotonicNow()
    const startAt = receivedAt + ((id * GOLDEN_RATIO) % 1) * gap
    const sentAt = new Float64Array(rate === 0 ? 0 : tokens)
    const stream = rate === 0 ? referenceStream(0) : referenceStream(id)
    const answer: Answering = { id, tokens, gap, receivedAt, startAt, sentAt, stream, socket, onEnd, events: 0 }
    socket.write(STREAM_HEAD)
    if (rate === 0) return flood(answer)
    due.add(startAt, () => pace(answer))
    ticking ??= setTimeout(tick, TICK)
  }

  const sendStamps = (socket: Socket): void => {
    const numbers = ended.flatMap(({ id, receivedAt, events, sentAt }) => {
      const stamps = sentAt.subarray(0, events)
      return [Float64Array.of(id, receivedAt, events, stamps.length), stamps]
    })
    ended = []
    const body = Buffer.concat(numbers.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)))
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: ${body.length}\r\n\r\n`)
    socket.write(body)
  }

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    readRequests(socket, (target, onEnd) => {
      const [path = '', query = ''] = target.split('?')
      if (path !== STAMPS_PATH) return answerTo(new URLSearchParams(query), socket, onEnd)
      sendStamps(socket)
      onEnd()
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      if (ticking !== null) clearTimeout(ticking)
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Calls `onRequest` for each request once its body is read, the next one after `onEnd` of the one before. */
function readRequests(socket: Socket, onRequest: (target: string, onEnd: () => void) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  let isAnswering = false

  const next = (): void => {
    const headEnd = bytes.indexOf('\r\n\r\n')
    if (headEnd === -1 || isAnswering) return
    const head = bytes.toString('latin1', 0, headEnd)
    const bodyLength = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    const end = headEnd + 4 + bodyLength
    if (bytes.length < end) return
    bytes = bytes.subarray(end)
    isAnswering = true
    onRequest(head.split(' ', 2)[1] ?? '', () => {
      isAnswering = false
      next()
    })
  }
  socket.on('data', (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    next()
  })
}
