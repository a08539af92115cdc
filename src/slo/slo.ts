/** The percentiles and moments an objective may speak of. */
export const STATISTICS = ['mean', 'min', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const
export type Statistic = (typeof STATISTICS)[number]

/** Upper limits in ms. */
export type LatencyObjectives = { readonly [S in Statistic]?: number }

/** A number is a maximum. */
export type Bounds = number | { readonly min?: number; readonly max?: number }

/**
 * Objectives of a run, all of which must hold. Times in ms, rates per second, `errorRate` a share from 0 to 1.
 *
 *     { ttft: { p99: 400 }, tpot: { p90: 60 }, errorRate: 0, requestThroughput: { min: 4.5 } }
 */
export interface Slo {
  readonly ttft?: LatencyObjectives
  readonly tpot?: LatencyObjectives
  readonly itl?: LatencyObjectives
  readonly e2eLatency?: LatencyObjectives
  readonly queueLateness?: LatencyObjectives
  readonly errorRate?: Bounds
  readonly requestThroughput?: Bounds
  readonly inputThroughput?: Bounds
  readonly outputThroughput?: Bounds
  readonly goodput?: Bounds
  /** What an objective that the run could neither show nor refute does to the test. Default: see `Inconclusive`. */
  readonly inconclusive?: Inconclusive
}

/** The metrics that an SLO may speak of. */
export type SloKey = Exclude<keyof Slo, 'inconclusive'>

export const INCONCLUSIVE = ['fail', 'warn'] as const
/** `warn` shows it and lets the test pass. */
export type Inconclusive = (typeof INCONCLUSIVE)[number]
