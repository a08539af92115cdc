import type { Clock } from '../base/clock.ts'
import { basicAuthorization } from '../client/base-url.ts'
import type { Transport } from '../client/transport.ts'
import { openRoute } from '../client/create-transport.ts'
import type { PageAddress } from '../client/get.ts'
import type { TlsOptions } from '../client/tls.ts'
import { routeTo } from '../frameworks/at-url.ts'
import { METRICS_TABLES } from '../frameworks/catalog.ts'
import type { MetricsTable } from '../frameworks/metrics-table.ts'
import type { Target, UrlEndpoint } from '../frameworks/target.ts'
import { shownUrl } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'

/** A page of metrics that a server may have. */
export interface MetricsSource extends PageAddress {
  /** For people, without credentials. */
  readonly address: string
  /** The names that may be expected there. */
  readonly tables: readonly MetricsTable[]
}

/** Sources in the order in which to try them, and the connections they use. */
export interface MetricsSources {
  readonly sources: readonly MetricsSource[]
  close(): Promise<void>
}

const CONNECT_TIMEOUT: Ms = 3000

/**
 * Where a target tells what it is doing. A simulated engine is asked through `simulated`, the transport of its load (null otherwise); a
 * server over a connection of its own.
 */
export function openMetricsSources(
  target: Target,
  simulated: Transport | null,
  clock: Pick<Clock, 'now'>,
): MetricsSources {
  const { endpoint } = target
  if (endpoint.kind !== 'url') {
    if (simulated === null) return { sources: [], close: async () => {} }
    const sources = target.server.metricsPages
      .filter(({ port }) => port === null)
      .map(({ path }) => ({ transport: simulated, path, headers: {}, address: path, tables: METRICS_TABLES }))
    return { sources, close: async () => {} }
  }
  const own = new URL(endpoint.url + endpoint.query)
  const sources = pagesOf(target, own).map(({ page, tables }) => ({
    transport: openRoute(
      { ...routeTo(endpoint, page.origin), tls: tlsFor(page, own, endpoint) },
      { now: clock.now, connections: 1, connectTimeoutMs: CONNECT_TIMEOUT },
    ),
    path: page.pathname + page.search,
    headers: headersFor(page, own, endpoint),
    address: shownUrl(page.origin + page.pathname),
    tables,
  }))
  return {
    sources,
    close: async () => {
      await Promise.all(sources.map(({ transport }) => transport.close()))
    },
  }
}

/** What listens on another port is perhaps somebody else, and gets no key but its own. */
function headersFor(page: URL, own: URL, endpoint: UrlEndpoint): Readonly<Record<string, string>> {
  const authorization = basicAuthorization(page)
  if (authorization !== null) return { authorization }
  return page.origin === own.origin ? endpoint.headers : {}
}

/** Nor does it get to know who we are. */
function tlsFor(
  page: URL,
  own: URL,
  { tls: { cert: _cert, key: _key, passphrase: _passphrase, ...others }, tls }: UrlEndpoint,
): TlsOptions {
  return page.origin === own.origin ? tls : others
}

interface Page {
  readonly page: URL
  readonly tables: readonly MetricsTable[]
}

function pagesOf({ connection: { metricsUrl }, server }: Target, own: URL): Page[] {
  if (metricsUrl !== null) return [{ page: new URL(metricsUrl), tables: METRICS_TABLES }]
  return server.metricsPages.map(({ path, port }) => {
    const page = new URL(own)
    page.pathname = port === null ? own.pathname.replace(/\/+$/, '') + path : path
    if (port !== null) {
      page.port = String(port)
      page.search = ''
    }
    // Who listens on another port may be somebody else: only the server's own names are looked for there.
    const tables = port === null ? METRICS_TABLES : METRICS_TABLES.filter((table) => table === server.metrics)
    return { page, tables }
  })
}
