import type { HistogramName, Levels } from '../frameworks/metrics-table.ts'

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
