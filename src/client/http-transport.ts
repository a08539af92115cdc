import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Ms } from '../base/units.ts'
import { abortWaiting } from './abort-waiting.ts'
import { parseBaseUrl } from './base-url.ts'
import { HttpConnection } from './http-connection.ts'
import { explainNetworkError } from './network-error.ts'
import type { TlsOptions } from './tls.ts'
import type { Transport, WireObserver, WireRequest } from './transport.ts'

export interface HttpTransportOptions {
  /** Base URL; a path in it goes in front of each request's path. */
  readonly url: string
  /** Most connections open at once. Requests beyond them queue, so give as many as can be in flight. */
  readonly connections: number
  readonly connectTimeoutMs: Ms
  /** Most connections being opened ahead at once. Default: `MAX_CONNECTING`. */
  readonly connecting?: number
  readonly tls?: TlsOptions
  /** The run clock, which stamps each read of a socket. */
  now(): Ms
}

interface Sending {
  readonly request: WireRequest
  readonly observer: WireObserver
  /** `over` once the observer has heard the last of it. */
  state: 'waiting' | 'sent' | 'over'
  resent: boolean
  connection: HttpConnection | null
}

/** Connections being opened at once: a server's backlog may be as short as 128, and what falls out of it waits for a second. */
export const MAX_CONNECTING = 64
const READ_BUFFER_BYTES = 262_144

/**
 * Carries requests over HTTP/1.1 keep-alive connections, used most recent first: opened ahead of need (`prepare`), else when
 * a request comes and none is spare.
 *
 * A server may close an idle connection in the moment in which we write to it. A request that a used connection lost before
 * any byte of the answer is sent once more, on a new connection, and counted.
 *
 * Throws BenchError `bad-target` on a URL that is none, or neither http nor https.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { connections: limit, connecting: maxConnecting = MAX_CONNECTING, now } = options
  const url = parseBaseUrl(options.url)
  const prefix = url.pathname.replace(/\/+$/, '')
  const connectionOptions = {
    url,
    tls: options.tls,
    connectTimeoutMs: options.connectTimeoutMs,
    readBuffer: new Uint8Array(READ_BUFFER_BYTES),
    now,
  }
  const open = new Set<HttpConnection>()
  const idle: HttpConnection[] = []
  const waiting: Sending[] = []
  const inFlight = new Map<HttpConnection, Sending>()
  const connectMs: Ms[] = []
  /** Those for whoever comes first. */
  let connecting = 0
  let spareWanted = 0
  let onPrepared: (() => void)[] = []
  let reused = 0
  let resent = 0
  let closed: PromiseWithResolvers<void> | null = null

  /** For one request that must not be given any other, or for whoever comes first. */
  const openConnection = (reservedFor: Sending | null): void => {
    if (reservedFor === null) connecting++
    const connection: HttpConnection = new HttpConnection(
      connectionOptions,
      () => {
        if (reservedFor === null) connecting--
        connectMs.push(connection.connectMs!)
        if (closed !== null) return connection.destroy()
        if (reservedFor?.state === 'waiting') transmit(reservedFor, connection)
        else idle.push(connection)
        serve()
      },
      (error) => {
        open.delete(connection)
        if (connection.connectMs === null) {
          if (reservedFor === null) connecting--
          if (closed === null) connectFailed(reservedFor, error)
        } else {
          const at = idle.indexOf(connection)
          if (at !== -1) idle.splice(at, 1)
          // A server that wants no idle connection is not asked again and again to take one.
          if (at !== -1 && connection.requests === 0) spareWanted = 0
          lost(connection, error)
        }
        if (closed !== null && open.size === 0) closed.resolve()
        serve()
      },
    )
    open.add(connection)
  }

  const connectFailed = (reservedFor: Sending | null, error: Error | null): void => {
    // What nobody waits for is not tried again until the next `prepare`.
    spareWanted = 0
    const sending = reservedFor ?? (waiting.length > connecting ? waiting.shift() : undefined)
    if (sending === undefined || sending.state === 'over') return
    sending.state = 'over'
    const { kind, message } = explainNetworkError(error ?? new Error('it closed at once'), url, false)
    sending.observer.onError(kind, message)
  }

  const lost = (connection: HttpConnection, error: Error | null): void => {
    const sending = inFlight.get(connection)
    inFlight.delete(connection)
    if (sending === undefined || sending.state === 'over') return
    if (closed !== null) {
      sending.state = 'over'
      sending.observer.onError('aborted', 'the client was closed')
    } else if (!connection.heard && connection.requests > 1 && !sending.resent) {
      sending.resent = true
      resent++
      sending.state = 'waiting'
      openConnection(sending)
    } else {
      sending.state = 'over'
      const { kind, message } = explainNetworkError(error ?? new Error('closed by the server'), url, true)
      sending.observer.onError(kind, message)
    }
  }

  const takeIdle = (): HttpConnection | null => {
    for (;;) {
      const connection = idle.pop()
      if (connection === undefined) return null
      if (connection.idleUntil > now()) return connection
      connection.destroy()
    }
  }

  /** Those that their server has announced to close before then. */
  const closeIdle = (until: Ms): void => {
    const kept = idle.filter(({ idleUntil }) => idleUntil > until)
    if (kept.length === idle.length) return
    for (const connection of idle.splice(0, idle.length, ...kept)) {
      if (connection.idleUntil <= until) connection.destroy()
    }
  }

  /** Gives connections to those that wait, and opens those that are missing. */
  const serve = (): void => {
    if (closed !== null) return
    while (waiting[0]?.state === 'over') waiting.shift()
    while (waiting.length > 0) {
      const connection = takeIdle()
      if (connection === null) break
      const sending = waiting.shift()!
      if (sending.state === 'waiting') transmit(sending, connection)
    }
    while (isOneMissing()) openConnection(null)
    if (!isSpareMissing() && connecting <= waiting.length) {
      for (const resolve of onPrepared.splice(0)) resolve()
    }
  }

  /** For a request that waits, or to be spare. */
  const isOneMissing = (): boolean =>
    open.size < limit && (connecting < waiting.length || (isSpareMissing() && connecting < maxConnecting))

  const isSpareMissing = (): boolean => idle.length + connecting < waiting.length + spareWanted && open.size < limit

  const transmit = (sending: Sending, connection: HttpConnection): void => {
    const { request, observer } = sending
    let head: string
    try {
      head = requestHead(url.host, prefix, request)
    } catch (error) {
      idle.push(connection)
      sending.state = 'over'
      return observer.onError('connect', `the request cannot be written: ${(error as Error).message}.`)
    }
    if (connection.requests > 0 && !sending.resent) reused++
    sending.connection = connection
    sending.state = 'sent'
    inFlight.set(connection, sending)
    if (!sending.resent) observer.onSent()
    if (isOver(sending)) return
    connection.send(head, request.body, observer, (reusable) => {
      inFlight.delete(connection)
      sending.state = 'over'
      if (reusable && connection.idleUntil > now()) idle.push(connection)
      else connection.destroy()
      observer.onEnd()
      serve()
    })
  }

  return {
    send(request, observer) {
      const sending: Sending = { request, observer, state: 'waiting', resent: false, connection: null }
      waiting.push(sending)
      // It takes one of those that were kept for it.
      spareWanted = Math.max(0, spareWanted - 1)
      serve()
      return {
        abort() {
          if (sending.state === 'over') return
          sending.state = 'over'
          sending.connection?.destroy()
        },
      }
    },
    prepare(count, until = -Infinity) {
      spareWanted = count
      if (count > 0) closeIdle(until)
      return new Promise((resolve) => {
        onPrepared.push(resolve)
        serve()
      })
    },
    connections: () => ({ opened: connectMs.length, reused, resent, connectMs }),
    async close() {
      closed ??= Promise.withResolvers()
      abortWaiting(waiting)
      for (const connection of open) connection.destroy()
      if (open.size === 0) closed.resolve()
      for (const resolve of onPrepared.splice(0)) resolve()
      await closed.promise
    },
  }
}

/** A call in between may have ended it. */
function isOver(sending: Sending): boolean {
  return sending.state === 'over'
}

function requestHead(host: string, prefix: string, { method, path, headers, body }: WireRequest): string {
  const target = prefix + path
  if (!/^[\x21-\x7E]+$/.test(target)) throw new Error(`its path ${JSON.stringify(target)} is no URL`)
  const lines = [`${method} ${target} HTTP/1.1`, `host: ${host}`]
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    lines.push(`${name}: ${value}`)
  }
  if (body !== null) lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
