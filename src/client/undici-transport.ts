import type { Dispatcher } from 'undici'
import type { Ms } from '../base/units.ts'
import { parseBaseUrl } from './base-url.ts'
import { createDial, proxyAuthorization } from './dial.ts'
import { type HttpTransportOptions, MAX_CONNECTING } from './http-transport.ts'
import { idleUntil } from './keep-alive.ts'
import { explainNetworkError, ProxyError } from './network-error.ts'
import { abortWaiting } from './abort-waiting.ts'
import type { Transport, WireObserver, WireRequest } from './transport.ts'
import { createChannels, type Channel } from './undici-channels.ts'

export interface UndiciTransportOptions extends HttpTransportOptions {
  /** URL of the proxy through which the server is asked, with credentials; null (the default) for none. */
  readonly proxy?: string | null
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

/** Bytes that come without an answer: over TLS, the words with which a session ends. */
const BYTES_OF_GOODBYE = 64

/**
 * What `createHttpTransport` does, by undici's `dispatch`, for what that does not do: HTTP/2, where the server speaks it, and
 * proxies. It costs more per event (docs/performance.md).
 *
 * Throws BenchError `bad-target` on a URL that is none, or neither http nor https.
 */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const { connections: limit, connecting: maxConnecting = MAX_CONNECTING, connectTimeoutMs, tls, now } = options
  const url = parseBaseUrl(options.url)
  const proxy = options.proxy == null ? null : new URL(options.proxy)
  /** The proxy that reads our requests, because there is no tunnel through it. */
  const reader = proxy !== null && url.protocol === 'http:' ? proxy : null
  const prefix = (reader === null ? '' : url.origin) + url.pathname.replace(/\/+$/, '')
  const ownHeaders = reader === null ? {} : { host: url.host, ...proxyAuthorization(reader) }
  const queue: Sending[] = []
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

  const channels = createChannels({
    origin: reader?.origin ?? url.origin,
    dial: createDial({ url, tls, proxy, timeoutMs: connectTimeoutMs }),
    isHttp2: url.protocol === 'https:' ? null : false,
    limit,
    now,
    onChange: () => serve(),
    onLost() {
      // What nobody waits for is not tried again until the next `prepare`: a request will tell why.
      spareWanted = 0
      serve()
    },
  })

  /** Gives channels to those that wait, and opens what is missing. */
  const serve = (): void => {
    if (closed) return
    while (queue.length > 0) {
      if (queue[0]!.state === 'over') queue.shift()
      else {
        const channel = channels.take()
        if (channel === null) break
        dispatch(queue.shift()!, channel)
      }
    }
    channels.openAhead(spareWanted, maxConnecting)
    if (channels.connecting() === 0) for (const resolve of onPrepared.splice(0)) resolve()
  }

  const dispatch = (sending: Sending, channel: Channel): void => {
    const { method, path, headers, body } = sending.request
    const { observer } = sending
    channels.use(channel)
    channel.client.dispatch(
      { method, path: prefix + path, headers: { ...ownHeaders, ...headers }, body },
      {
        onRequestStart(controller) {
          if (sending.state === 'over') {
            controller.abort(new Error('given up before it was sent'))
            return
          }
          sending.controller = controller
          sending.onReusedConnection = !channel.fresh
          sending.bytesRead = channel.socket?.bytesRead ?? 0
          // undici itself sends again what an HTTP/2 server said it would not answer.
          if (sending.wasSent && !sending.resent) resent++
          else if (!channel.fresh) reused++
          channel.fresh = false
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
          channel.heard = true
          const at = stamp()
          channel.idleUntil = idleUntil(responseHeaders, at)
          sending.state = 'head'
          observer.onHead(status, responseHeaders, at)
        },
        onResponseData(_controller, bytes) {
          if (sending.state !== 'over') observer.onBytes(bytes, 0, bytes.length, stamp())
        },
        onResponseEnd() {
          channels.release(channel)
          if (sending.state !== 'over') {
            sending.state = 'over'
            observer.onEnd()
          }
          serve()
        },
        onResponseError(_controller, error) {
          const heard = (channel.socket?.bytesRead ?? 0) - sending.bytesRead
          channels.release(channel)
          // Other requests may share a connection of HTTP/2, and undici opens it again when it was lost.
          if (!channels.areShared() || channel.socket === null) channels.close(channel)
          const wasLost = sending.state === 'sent' && sending.onReusedConnection && heard <= graceOf(url)
          if (wasLost && !channels.areShared() && !sending.resent && !closed) {
            sending.resent = true
            resent++
            sending.state = 'waiting'
            return dispatch(sending, channels.open())
          }
          if (sending.state !== 'over') {
            const { kind, message } = explainNetworkError(channel.error ?? error, url, sending.state !== 'waiting')
            sending.state = 'over'
            if (closed) observer.onError('aborted', 'the client was closed')
            else observer.onError(kind, message)
          }
          serve()
        },
      },
    )
    // It waits inside of undici: the server allows fewer streams than we thought.
    if (channel.heard && !sending.wasSent) channels.limitTo(channel, channel.running - 1)
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
      if (count > 0) channels.closeIdle(until)
      return new Promise((resolve) => {
        onPrepared.push(resolve)
        serve()
      })
    },
    connections: () => ({ ...channels.facts(), reused, resent }),
    async close() {
      closed = true
      abortWaiting(queue)
      for (const resolve of onPrepared.splice(0)) resolve()
      await channels.closeAll()
    },
  }
}

/** Bytes after which a server may still not have heard of a request. */
function graceOf({ protocol }: URL): number {
  return protocol === 'https:' ? BYTES_OF_GOODBYE : 0
}
