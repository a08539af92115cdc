import { readLabel, type MetricSample, type MetricsPage } from '../base/metrics-text.ts'
import type { PerSecond, Tokens } from '../base/units.ts'

/** What a server says of itself at one moment; null is what it does not say. */
export interface Levels {
  readonly running: number | null
  readonly waiting: number | null
  /** Taken out of the batch before their end, and not back yet. */
  readonly swapped: number | null
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUse: number | null
  /** The server's own average over an interval of its own. */
  readonly promptThroughput: PerSecond | null
  readonly generationThroughput: PerSecond | null
  /** Counted since the server was started. */
  readonly promptTokens: Tokens | null
  readonly generationTokens: Tokens | null
  readonly preemptions: number | null
  /** Prompt tokens looked up in the prefix cache, and those found there. */
  readonly prefixQueries: Tokens | null
  readonly prefixHits: Tokens | null
}
export type LevelName = keyof Levels

export const LEVEL_NAMES = [
  'running',
  'waiting',
  'swapped',
  'kvCacheUse',
  'promptThroughput',
  'generationThroughput',
  'promptTokens',
  'generationTokens',
  'preemptions',
  'prefixQueries',
  'prefixHits',
] as const satisfies readonly LevelName[]

/** Durations of which servers have histograms. */
export const HISTOGRAM_NAMES = ['ttft', 'queueTime', 'prefillTime', 'decodeTime', 'tpot', 'itl', 'e2eLatency'] as const
export type HistogramName = (typeof HISTOGRAM_NAMES)[number]

/** Finds one number on a page; null where it is not there. */
export type Find = (page: MetricsPage) => number | null

/** Under which names one kind of server tells what. */
export interface MetricsTable {
  /** A page with a name that starts like this is of this kind. */
  readonly mark: string
  readonly levels: { readonly [L in LevelName]?: Find }
  /** Seconds; the first name that the page has. */
  readonly histograms: { readonly [H in HistogramName]?: readonly string[] }
}

/** Over all engines of the server, under the first of these names that the page has. */
export function total(...names: readonly string[]): Find {
  return aggregate(names, (values) => values.reduce((sum, value) => sum + value, 0))
}

/** Of the engines of the server the one with the highest value: it is the first to run out. */
export function fullest(...names: readonly string[]): Find {
  return aggregate(names, (values) => values.reduce((a, b) => Math.max(a, b)))
}

/** The sum of the samples whose label has this value. */
export function labelled(name: string, label: string, value: string): Find {
  const sum = (samples: readonly MetricSample[]): number => samples.reduce((sum, { value }) => sum + value, 0)
  return (page) => {
    const samples = page.get(name)?.filter(({ labels }) => readLabel(labels, label) === value) ?? []
    return samples.length === 0 ? null : sum(samples)
  }
}

/** Computed from two numbers of the page, where it has both. */
export function combine(a: Find, b: Find, compute: (a: number, b: number) => number | null): Find {
  return (page) => {
    const first = a(page)
    const second = b(page)
    return first === null || second === null ? null : compute(first, second)
  }
}

function aggregate(names: readonly string[], reduce: (values: readonly number[]) => number): Find {
  return (page) => {
    const samples = names.map((name) => page.get(name)).find((found) => found !== undefined)
    return samples === undefined ? null : reduce(samples.map(({ value }) => value))
  }
}
