import { Client, type Dispatcher } from 'undici'
import type { Ms } from '../units.ts'
import { parseBaseUrl } from './base-url.ts'
import { explainNetworkError } from './network-error.ts'
import type { TlsOptions } from './tls.ts'
import type { Transport, WireObserver, WireRequest } from './transport.ts'

export interface UndiciTransportOptions {
  /** Base URL; a path in it goes in front of each request's path. */
  readonly url: string
  /** Most connections open at once. Requests beyond them queue, so give as many as can be in flight. */
  readonly connections: number
  readonly connectTimeoutMs: Ms
  readonly tls?: TlsOptions
}

/** One connection at most, and one request on it at a time. */
interface Lane {
  readonly client: Client
  /** Connected, and no request has used the connection yet. */
  fresh: boolean
}

interface Sending {
  readonly request: WireRequest
  readonly observer: WireObserver
  /** `over` once the observer has heard the last of it. */
  state: 'waiting' | 'sent' | 'head' | 'over'
  onReusedConnection: boolean
  resent: boolean
  controller: Dispatcher.DispatchController | null
}

/**
 * Carries requests over HTTP/1.1 keep-alive connections, opened when needed and used most recent first.
 *
 * Undici's `dispatch` with our own handler instead of `fetch` or `request`: the bytes come from the socket's own read,
 * with no stream queue in between (0.5 against 2.5 us an event). Undici's time-outs for head and body are off, because
 * ours run on the run clock.
 *
 * A server may close an idle connection in the moment in which we write to it. A request that a reused connection lost
 * before any byte of the answer is sent once more, on a new connection, and counted.
 *
 * Throws BenchError `bad-target` on a URL that is none, or neither http nor https.
 */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const { connections, connectTimeoutMs, tls } = options
  const url = parseBaseUrl(options.url)
  const prefix = url.pathname.replace(/\/+$/, '')
  const lanes = new Set<Lane>()
  const idle: Lane[] = []
  const queue: Sending[] = []
  let opened = 0
  let reused = 0
  let resent = 0
  let closed = false

  const openLane = (): Lane => {
    const client = new Client(url.origin, {
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, timeout: connectTimeoutMs },
    })
    const lane: Lane = { client, fresh: false }
    client.on('connect', () => {
      opened++
      lane.fresh = true
    })
    lanes.add(lane)
    return lane
  }

  const closeLane = (lane: Lane): void => {
    lanes.delete(lane)
    void lane.client.destroy()
  }

  const freeLane = (lane: Lane): void => {
    idle.push(lane)
    sendNext()
  }

  const sendNext = (): void => {
    while (queue[0]?.state === 'over') queue.shift()
    if (queue.length === 0 || closed) return
    const lane = idle.pop() ?? (lanes.size < connections ? openLane() : null)
    if (lane !== null) dispatch(queue.shift()!, lane)
  }

  const dispatch = (sending: Sending, lane: Lane): void => {
    const { method, path, headers, body } = sending.request
    const { observer } = sending
    lane.client.dispatch(
      { method, path: prefix + path, headers: { ...headers }, body },
      {
        onRequestStart(controller) {
          if (sending.state === 'over') {
            controller.abort(new Error('given up before it was sent'))
            return
          }
          sending.controller = controller
          sending.onReusedConnection = !lane.fresh
          if (!lane.fresh) reused++
          lane.fresh = false
          sending.state = 'sent'
          if (!sending.resent) observer.onSent()
        },
        onResponseStart(_controller, status, responseHeaders) {
          if (sending.state === 'over') return
          sending.state = 'head'
          observer.onHead(status, responseHeaders)
        },
        onResponseData(_controller, bytes) {
          if (sending.state !== 'over') observer.onBytes(bytes)
        },
        onResponseEnd() {
          freeLane(lane)
          if (sending.state === 'over') return
          sending.state = 'over'
          observer.onEnd()
        },
        onResponseError(_controller, error) {
          closeLane(lane)
          if (sending.state === 'sent' && sending.onReusedConnection && !sending.resent && !closed) {
            sending.resent = true
            resent++
            sending.state = 'waiting'
            dispatch(sending, openLane())
            return
          }
          sendNext()
          if (sending.state === 'over') return
          const { kind, message } = explainNetworkError(error, url, sending.state !== 'waiting')
          sending.state = 'over'
          if (closed) observer.onError('aborted', 'the client was closed')
          else observer.onError(kind, message)
        },
      },
    )
  }

  return {
    send(request, observer) {
      const sending: Sending = {
        request,
        observer,
        state: 'waiting',
        onReusedConnection: false,
        resent: false,
        controller: null,
      }
      queue.push(sending)
      sendNext()
      return {
        abort() {
          if (sending.state === 'over') return
          sending.state = 'over'
          sending.controller?.abort(new Error('aborted by the load client'))
        },
      }
    },
    connections: () => ({ opened, reused, resent }),
    async close() {
      closed = true
      for (const sending of queue.splice(0)) {
        if (sending.state !== 'over') sending.observer.onError('aborted', 'the client was closed')
      }
      await Promise.all([...lanes].map((lane) => lane.client.destroy()))
    },
  }
}
