import type { Telemetry } from '../report.ts'
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

export type HistogramName = keyof Telemetry['histograms']

export const HISTOGRAM_NAMES = [
  'ttft',
  'queueTime',
  'prefillTime',
  'decodeTime',
  'tpot',
  'itl',
  'e2eLatency',
] as const satisfies readonly HistogramName[]

/** A histogram of durations since the server was started. */
export interface Histogram {
  /** Upper bounds in seconds, ascending, without the endless one. */
  readonly bounds: readonly number[]
  /** Observations up to each bound. */
  readonly cumulated: readonly number[]
  readonly count: number
  /** Seconds. */
  readonly sum: number
}

export type Histograms = { readonly [N in HistogramName]?: Histogram }

/** One look at a server. */
export interface Reading {
  readonly levels: Levels
  /** Taken apart when asked for: only the first and the last of a run matter. */
  histograms(): Histograms
}

export const NOTHING_TOLD: Levels = {
  running: null,
  waiting: null,
  swapped: null,
  kvCacheUse: null,
  promptThroughput: null,
  generationThroughput: null,
  promptTokens: null,
  generationTokens: null,
  preemptions: null,
  prefixQueries: null,
  prefixHits: null,
}
