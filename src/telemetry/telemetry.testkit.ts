import type { HistogramDelta, Telemetry } from '../report.ts'

type Columns = Partial<Omit<Telemetry['samples'], 'at'>>

/** What a server told that was asked once a second from 0 on, and nothing but what is given here. */
export function madeUpTelemetry(
  columns: Columns,
  differences: Partial<Omit<Telemetry, 'histograms'>> & { histograms?: Partial<Telemetry['histograms']> } = {},
): Telemetry {
  const length = Object.values(columns).reduce((most, column) => Math.max(most, column?.length ?? 0), 0)
  return {
    sources: { metrics: 'http://host/metrics', log: null },
    summary: {
      running: null,
      waiting: null,
      swapped: null,
      kvCacheUse: null,
      promptThroughput: null,
      generationThroughput: null,
    },
    prefixCache: null,
    roundTripMs: 2,
    problems: [],
    ...differences,
    samples: {
      at: Array.from({ length }, (_, i) => i * 1000),
      running: null,
      waiting: null,
      swapped: null,
      kvCacheUse: null,
      promptThroughput: null,
      generationThroughput: null,
      preemptions: null,
      ...columns,
    },
    histograms: {
      ttft: null,
      queueTime: null,
      prefillTime: null,
      decodeTime: null,
      tpot: null,
      itl: null,
      e2eLatency: null,
      ...differences.histograms,
    },
  }
}

/** `count` observations with this mean. */
export function meanOf(count: number, meanMs: number): HistogramDelta {
  return { count, meanMs, p50Ms: null, p99Ms: null }
}
