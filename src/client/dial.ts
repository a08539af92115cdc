import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { Ms } from '../base/units.ts'
import { basicAuthorization, hostOf, portOf } from './base-url.ts'
import { ProxyError } from './network-error.ts'
import type { TlsOptions } from './tls.ts'

export interface Dialled {
  readonly url: URL
  readonly tls: TlsOptions | undefined
  /** Its URL with credentials, or null for the way without one. */
  readonly proxy: URL | null
  readonly timeoutMs: Ms
}

/** Opens a connection that can be used: TLS included, with HTTP/2 where the server speaks it (`alpnProtocol`). */
export type Dial = (callback: buildConnector.Callback) => void

const LONGEST_TIMEOUT: Ms = 2 ** 31 - 1
const TCP_KEEP_ALIVE: Ms = 60_000

/**
 * To a server at https: through a tunnel (CONNECT) of the proxy; to one at http: the connection is to the proxy itself, which is
 * told the whole URL with each request.
 */
export function createDial({ url, tls, proxy, timeoutMs }: Dialled): Dial {
  const timeout = Math.min(Math.ceil(timeoutMs), LONGEST_TIMEOUT)
  const options = { allowH2: true, preferH2: true, timeout, keepAliveInitialDelay: TCP_KEEP_ALIVE }
  const connect = buildConnector({ ...options, ...tls })
  const to = (place: URL): buildConnector.Options => {
    const hostname = hostOf(place)
    const { protocol, port } = place
    return { hostname, host: hostname, protocol, port, ...(isIP(hostname) === 0 && { servername: hostname }) }
  }
  if (proxy === null) return (callback) => connect(to(url), callback)
  if (url.protocol === 'http:') {
    const toProxy = buildConnector({ ...options, allowH2: false })
    return (callback) =>
      toProxy(to(proxy), (error, socket) => {
        if (error === null) callback(null, socket)
        else callback(new ProxyError(proxy, error), null)
      })
  }
  return (callback) =>
    openTunnel(url, proxy, timeout, (error, httpSocket) => {
      if (error === null) connect({ ...to(url), httpSocket }, callback)
      else callback(error, null)
    })
}

/** What a proxy is told of who asks. */
export function proxyAuthorization(proxy: URL): Readonly<Record<string, string>> {
  const authorization = basicAuthorization(proxy)
  return authorization === null ? {} : { 'proxy-authorization': authorization }
}

function openTunnel(url: URL, proxy: URL, timeout: Ms, callback: Parameters<Dial>[0]): void {
  const target = `${url.hostname}:${portOf(url)}`
  const request = (proxy.protocol === 'https:' ? requestHttps : requestHttp)({
    method: 'CONNECT',
    host: hostOf(proxy),
    port: proxy.port,
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    timeout,
  })
  const fail = (reason: Error | number): void => callback(new ProxyError(proxy, reason), null)
  request.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
    if (statusCode === 200) return callback(null, socket.setTimeout(0))
    socket.destroy()
    fail(statusCode)
  })
  request.once('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
  request.once('error', fail)
  request.end()
}
