import type { Transport } from '../client/transport.ts'
import { createUndiciTransport } from '../client/undici-transport.ts'
import type { Target } from '../frameworks/target.ts'
import type { Ms } from '../units.ts'
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
 * Where a target tells what it is doing. A simulated engine is asked through `simulated`, the transport of its load; a
 * server over a connection of its own.
 */
export function openMetricsSources(target: Target, simulated: Transport): MetricsSources {
  const { endpoint } = target
  const places = placesOf(target)
  if (endpoint.kind !== 'url') {
    const sources = places
      .filter(({ port }) => port === null)
      .map(({ path, tables }) => ({ transport: simulated, path, headers: {}, address: path, tables }))
    return { sources, close: async () => {} }
  }
  const transports: Transport[] = []
  const sources = places.map(({ path, port, tables }) => {
    const url = new URL(endpoint.url)
    const ownPath = port === null ? url.pathname.replace(/\/+$/, '') + path : path
    if (port !== null) url.port = String(port)
    const transport = createUndiciTransport({
      url: url.origin,
      connections: 1,
      connectTimeoutMs: CONNECT_TIMEOUT,
      tls: endpoint.tls,
    })
    transports.push(transport)
    // What listens on another port is perhaps somebody else, and gets no key.
    const headers = port === null ? endpoint.headers : {}
    return { transport, path: ownPath, headers, address: url.origin + ownPath, tables }
  })
  return {
    sources,
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()))
    },
  }
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
