import type { Clock } from '../base/clock.ts'
import { basicAuthorization } from '../client/base-url.ts'
import type { Transport } from '../client/transport.ts'
import { createHttpTransport } from '../client/http-transport.ts'
import type { Target, UrlEndpoint } from '../frameworks/target.ts'
import { shownUrl } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'
import type { PageAddress } from './fetch-page.ts'
import { METRICS_TABLES, triton, type MetricsTable } from './metrics-tables.ts'

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

interface Place {
  readonly path: string
  /** Null for that of the target. */
  readonly port: number | null
  readonly tables: readonly MetricsTable[]
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
    const sources = placesOf(target)
      .filter(({ port }) => port === null)
      .map(({ path, tables }) => ({ transport: simulated, path, headers: {}, address: path, tables }))
    return { sources, close: async () => {} }
  }
  const own = new URL(endpoint.url + endpoint.query)
  const sources = pagesOf(target, own).map(({ page, tables }) => ({
    transport: createHttpTransport({
      now: clock.now,
      url: page.origin,
      connections: 1,
      connectTimeoutMs: CONNECT_TIMEOUT,
      tls: endpoint.tls,
    }),
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

interface Page {
  readonly page: URL
  readonly tables: readonly MetricsTable[]
}

function pagesOf(target: Target, own: URL): Page[] {
  const { metricsUrl } = target.connection
  if (metricsUrl !== null) return [{ page: new URL(metricsUrl), tables: METRICS_TABLES }]
  return placesOf(target).map(({ path, port, tables }) => {
    const page = new URL(own)
    page.pathname = port === null ? own.pathname.replace(/\/+$/, '') + path : path
    if (port !== null) {
      page.port = String(port)
      page.search = ''
    }
    return { page, tables }
  })
}

function placesOf({ framework, recipe }: Target): Place[] {
  const at = (path: string): Place => ({ path, port: null, tables: METRICS_TABLES })
  switch (framework) {
    case 'ollama':
      return []
    case 'tensorrt-llm':
      return recipe.protocol === 'triton-generate'
        ? [{ path: '/metrics', port: 8002, tables: [triton] }, at('/metrics')]
        : // The list at /metrics is drained by reading: the last resort.
          [at('/prometheus/metrics'), at('/metrics')]
    default:
      return [at('/metrics')]
  }
}
