import { createHttpTransport } from './http-transport.ts'
import type { TlsOptions } from './tls.ts'
import type { Transport } from './transport.ts'
import { createUndiciTransport, type UndiciTransportOptions } from './undici-transport.ts'

/** How a server is reached, as plain data. */
export interface Route {
  /** Base URL; a path in it goes in front of each request's path. */
  readonly url: string
  readonly tls: TlsOptions
  /** URL of the proxy on the way, with its credentials; null for none. */
  readonly proxy: string | null
}

/** What carries requests: our own HTTP/1.1, or undici, for HTTP/2 and proxies. */
export type TransportName = 'http' | 'undici'

/** Ours wherever it can: it costs less and errs less. */
export function transportOn({ proxy }: Pick<Route, 'proxy'>): TransportName {
  return proxy === null ? 'http' : 'undici'
}

/** For a few requests that nobody times: over TLS by undici, because there are servers that speak nothing but HTTP/2. */
export function openRoute(route: Route, options: Omit<UndiciTransportOptions, keyof Route>): Transport {
  return route.proxy !== null || route.url.startsWith('https:')
    ? createUndiciTransport({ ...options, ...route })
    : createHttpTransport({ ...options, url: route.url, tls: route.tls })
}
