import { Client, type Dispatcher } from 'undici'
import type { Socket } from 'node:net'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { parseBaseUrl } from './base-url.ts'
import { createDial, proxyAuthorization } from './dial.ts'
import type { HttpTransportOptions } from './http-transport.ts'
import { explainNetworkError, ProxyError } from './network-error.ts'
import { createSpareSockets } from './spare-sockets.ts'
import type { Transport, WireObserver, WireRequest } from './transport.ts'

export interface UndiciTransportOptions extends HttpTransportOptions {
  /** URL of the proxy through which the server is asked, with credentials; null (the default) for none. */
  readonly proxy?: string | null
}

/** A client of undici with one connection: one request at a time over HTTP/1.1, many over HTTP/2. */
interface Lane {
  readonly client: Client
  socket: Socket | null
  /** The first that its socket had: undici may tell of a later one. */
  error: Error | null
  /** Connected, and no request has used the connection yet. */
  fresh: boolean
  /** Requests that it has been given, and that have not ended. */
  running: number
  /** Most requests at once. */
  capacity: number
  /** An answer has come, and so have the server's settings of HTTP/2. */
  heard: boolean
  /** It is among those with room. */
  isFree: boolean
  /** When the server said that it would close an idle connection. */
  idleUntil: Ms
}

interface Sending {
  readonly request: WireRequest
  readonly observer: WireObserver
  /** `over` once the observer has heard the last of it. */
  state: 'waiting' | 'sent' | 'head' | 'over'
  onReusedConnection: boolean
  wasSent: boolean
  resent: boolean
  /** Of its connection, when it was sent. */
  bytesRead: number
  controller: Dispatcher.DispatchController | null
}

/** What undici opens at most on one HTTP/2 connection, and most servers allow. */
const STREAMS = 100
/** The server may close the connection so much earlier than its `Keep-Alive: timeout` says. */
const KEEP_ALIVE_MARGIN: Ms = 1000
const LONGEST_KEEP_ALIVE: Ms = 600_000
/** Bytes that come without an answer: over TLS, the words with which a session ends. */
const BYTES_OF_GOODBYE = 64

/**
 * What `createHttpTransport` does, by undici's `dispatch`, for what that does not do: HTTP/2, where the server speaks it, and
 * proxies. It costs more per event (docs/performance.md).
 *
 * Throws BenchError `bad-target` on a URL that is none, or neither http nor https.
 */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const { connections: limit, connecting: maxConnecting = 64, connectTimeoutMs, tls, now } = options
  const url = parseBaseUrl(options.url)
  const proxy = options.proxy == null ? null : new URL(options.proxy)
  /** The proxy that reads our requests, because there is no tunnel through it. */
  const reader = proxy !== null && url.protocol === 'http:' ? proxy : null
  const prefix = (reader === null ? '' : url.origin) + url.pathname.replace(/\/+$/, '')
  const ownHeaders = reader === null ? {} : { host: url.host, ...proxyAuthorization(reader) }
  const lanes = new Set<Lane>()
  const free: Lane[] = []
  const queue: Sending[] = []
  let http2Streams = STREAMS
  let spareWanted = 0
  let onPrepared: (() => void)[] = []
  let reused = 0
  let resent = 0
  let closed = false
  let readAt: Ms | null = null

  /** What comes in one read of a socket is handed over piece by piece, and became visible together. */
  const stamp = (): Ms => {
    if (readAt === null) {
      readAt = now()
      queueMicrotask(forgetStamp)
    }
    return readAt
  }
  const forgetStamp = (): void => {
    readAt = null
  }

  const spare = createSpareSockets({
    dial: createDial({ url, tls, proxy, timeoutMs: connectTimeoutMs }),
    isHttp2: url.protocol === 'https:' ? null : false,
    now,
    onOpen: () => serve(),
    onLost() {
      // What nobody waits for is not tried again until the next `prepare`: a request will tell why.
      spareWanted = 0
      serve()
    },
  })

  /** Requests that one connection carries at once. */
  const streams = (): number => (spare.isHttp2() === true ? http2Streams : 1)

  const openLane = (): Lane => {
    const client = new Client(reader?.origin ?? url.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: LONGEST_KEEP_ALIVE,
      keepAliveMaxTimeout: LONGEST_KEEP_ALIVE,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
      connect: (_options, callback) => {
        spare.take((error, socket) => {
          lane.socket = socket
          lane.error = null
          if (error !== null) return callback(error, null)
          socket.on('error', (first) => (lane.error ??= first))
          callback(null, socket)
        })
      },
    })
    const lane: Lane = {
      client,
      socket: null,
      error: null,
      fresh: false,
      running: 0,
      capacity: streams(),
      heard: false,
      isFree: false,
      idleUntil: Infinity,
    }
    client.on('connect', () => {
      lane.fresh = true
      lane.idleUntil = Infinity
      lane.capacity = streams()
      offer(lane)
      serve()
    })
    client.on('disconnect', () => {
      if (lane.running === 0) closeLane(lane)
    })
    lanes.add(lane)
    // undici keeps what is for a connection that it opens.
    if (lane.capacity > 1) offer(lane)
    return lane
  }

  const closeLane = (lane: Lane): void => {
    lanes.delete(lane)
    retract(lane)
    void lane.client.destroy()
  }

  /** Those used last come first. */
  const offer = (lane: Lane): void => {
    if (lane.isFree || lane.running >= lane.capacity || !lanes.has(lane)) return
    lane.isFree = true
    free.push(lane)
  }

  const retract = (lane: Lane): void => {
    if (!lane.isFree) return
    lane.isFree = false
    free.splice(free.lastIndexOf(lane), 1)
  }

  const takeLane = (): Lane | null => {
    for (let lane = free.at(-1); lane !== undefined; lane = free.at(-1)) {
      if (lane.running > 0 || lane.idleUntil > now()) return lane
      closeLane(lane)
    }
    if (spare.count() > 0) return openLane()
    // Nobody knows yet how many requests a connection takes: the first one tells.
    const isUnknown = spare.isHttp2() === null && lanes.size + spare.connecting() > 0
    return !isUnknown && lanes.size + spare.connecting() < limit ? openLane() : null
  }

  /** Requests that could be sent at once, when all that is being opened is open. */
  const room = (): number =>
    free.reduce(
      (sum, { running, capacity }) => sum + capacity - running,
      (spare.count() + spare.connecting()) * streams(),
    )

  /** Connections to be opened now. */
  const countMissing = (): number =>
    Math.min(
      Math.ceil((spareWanted - room()) / streams()),
      limit - lanes.size - spare.count() - spare.connecting(),
      (spare.isHttp2() === null ? 1 : maxConnecting) - spare.connecting(),
    )

  /** Gives lanes to those that wait, and opens what is missing. */
  const serve = (): void => {
    if (closed) return
    while (queue.length > 0) {
      if (queue[0]!.state === 'over') queue.shift()
      else {
        const lane = takeLane()
        if (lane === null) break
        dispatch(queue.shift()!, lane)
      }
    }
    for (let missing = countMissing(); missing > 0; missing--) spare.open()
    if (spare.connecting() === 0) for (const resolve of onPrepared.splice(0)) resolve()
  }

  const release = (lane: Lane): void => {
    lane.running--
    offer(lane)
  }

  const dispatch = (sending: Sending, lane: Lane): void => {
    const { method, path, headers, body } = sending.request
    const { observer } = sending
    lane.running++
    if (lane.running >= lane.capacity) retract(lane)
    lane.client.dispatch(
      { method, path: prefix + path, headers: { ...ownHeaders, ...headers }, body },
      {
        onRequestStart(controller) {
          if (sending.state === 'over') {
            controller.abort(new Error('given up before it was sent'))
            return
          }
          sending.controller = controller
          sending.onReusedConnection = !lane.fresh
          sending.bytesRead = lane.socket?.bytesRead ?? 0
          // undici itself sends again what an HTTP/2 server said it would not answer.
          if (sending.wasSent && !sending.resent) resent++
          else if (!lane.fresh) reused++
          lane.fresh = false
          sending.state = 'sent'
          if (!sending.wasSent) observer.onSent()
          sending.wasSent = true
        },
        onResponseStart(_controller, status, responseHeaders) {
          if (sending.state === 'over' || status < 200) return
          if (status === 407 && reader !== null) {
            sending.state = 'over'
            const { kind, message } = explainNetworkError(new ProxyError(reader, status), url, false)
            return observer.onError(kind, message)
          }
          lane.heard = true
          const at = stamp()
          const timeout = /timeout=(\d+)/.exec(String(responseHeaders['keep-alive'] ?? ''))?.[1]
          lane.idleUntil = timeout === undefined ? Infinity : at + Number(timeout) * MS_PER_SECOND - KEEP_ALIVE_MARGIN
          sending.state = 'head'
          observer.onHead(status, responseHeaders, at)
        },
        onResponseData(_controller, bytes) {
          if (sending.state !== 'over') observer.onBytes(bytes, 0, bytes.length, stamp())
        },
        onResponseEnd() {
          release(lane)
          if (sending.state !== 'over') {
            sending.state = 'over'
            observer.onEnd()
          }
          serve()
        },
        onResponseError(_controller, error) {
          const heard = (lane.socket?.bytesRead ?? 0) - sending.bytesRead
          release(lane)
          // Other requests may share a connection of HTTP/2, and undici opens it again when it was lost.
          if (spare.isHttp2() !== true || lane.socket === null) closeLane(lane)
          const wasLost = sending.state === 'sent' && sending.onReusedConnection && heard <= graceOf(url)
          if (wasLost && spare.isHttp2() === false && !sending.resent && !closed) {
            sending.resent = true
            resent++
            sending.state = 'waiting'
            return dispatch(sending, openLane())
          }
          if (sending.state !== 'over') {
            const { kind, message } = explainNetworkError(lane.error ?? error, url, sending.state !== 'waiting')
            sending.state = 'over'
            if (closed) observer.onError('aborted', 'the client was closed')
            else observer.onError(kind, message)
          }
          serve()
        },
      },
    )
    // It waits inside of undici: the server allows fewer streams than we thought.
    if (lane.heard && !sending.wasSent && lane.running > 1) {
      http2Streams = lane.running - 1
      lane.capacity = http2Streams
      retract(lane)
    }
  }

  return {
    send(request, observer) {
      const sending: Sending = {
        request,
        observer,
        state: 'waiting',
        onReusedConnection: false,
        wasSent: false,
        resent: false,
        bytesRead: 0,
        controller: null,
      }
      queue.push(sending)
      spareWanted = Math.max(0, spareWanted - 1)
      serve()
      return {
        abort() {
          if (sending.state === 'over') return
          sending.state = 'over'
          sending.controller?.abort(new Error('aborted by the load client'))
        },
      }
    },
    prepare(count, until = -Infinity) {
      spareWanted = count
      if (count > 0) {
        for (const lane of lanes) if (lane.running === 0 && lane.idleUntil <= until) closeLane(lane)
      }
      return new Promise((resolve) => {
        onPrepared.push(resolve)
        serve()
      })
    },
    connections: () => ({
      opened: spare.connectMs.length,
      http2: spare.http2(),
      reused,
      resent,
      connectMs: spare.connectMs,
    }),
    async close() {
      closed = true
      for (const sending of queue.splice(0)) {
        if (sending.state === 'over') continue
        sending.state = 'over'
        sending.observer.onError('aborted', 'the client was closed')
      }
      spare.close()
      for (const resolve of onPrepared.splice(0)) resolve()
      await Promise.all([...lanes].map((lane) => lane.client.destroy()))
    },
  }
}

/** Bytes after which a server may still not have heard of a request. */
function graceOf({ protocol }: URL): number {
  return protocol === 'https:' ? BYTES_OF_GOODBYE : 0
}
