import { Client, type Dispatcher } from 'undici'
import { parseBaseUrl } from './base-url.ts'
import { explainNetworkError } from './network-error.ts'
import type { HttpTransportOptions } from './http-transport.ts'
import type { Transport, WireObserver, WireRequest } from './transport.ts'

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
 * What `createHttpTransport` does, by undici's `dispatch` with a handler of our own: the reference that ours is held to, in
 * behaviour by the same tests and in cost by `npm run bench:client`. It opens connections when they are needed only.
 */
export function createUndiciTransport(options: HttpTransportOptions): Transport {
  const { connections, connectTimeoutMs, tls, now } = options
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
          if (sending.state === 'over' || status < 200) return
          sending.state = 'head'
          observer.onHead(status, responseHeaders, now())
        },
        onResponseData(_controller, bytes) {
          if (sending.state !== 'over') observer.onBytes(bytes, 0, bytes.length, now())
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
    prepare: () => Promise.resolve(),
    connections: () => ({ opened, reused, resent, connectMs: [] }),
    async close() {
      closed = true
      for (const sending of queue.splice(0)) {
        if (sending.state !== 'over') sending.observer.onError('aborted', 'the client was closed')
      }
      await Promise.all([...lanes].map((lane) => lane.client.destroy()))
    },
  }
}
