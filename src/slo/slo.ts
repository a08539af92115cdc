import type { ObjectiveMetric, ObjectiveMetricId } from '../metrics/objective-metrics.ts'
import type { Statistic } from '../metrics/statistic.ts'

/** Upper limits in ms. */
export type LatencyObjectives = { readonly [S in Statistic]?: number }

/** A number is a maximum. */
export type Bounds = number | { readonly min?: number; readonly max?: number }

/**
 * Objectives of a run, all of which must hold. Times in ms, rates per second, `errorRate` a share from 0 to 1.
 *
 *     { ttft: { p99: 400 }, tpot: { p90: 60 }, errorRate: 0, requestThroughput: { min: 4.5 } }
 */
export type Slo = {
  readonly [M in ObjectiveMetric as M['id']]?: M extends { readonly objective: 'statistics' }
    ? LatencyObjectives
    : Bounds
} & {
  /** What an objective that the run could neither show nor refute does to the test. Default: see `Inconclusive`. */
  readonly inconclusive?: Inconclusive
}

/** The metrics that an SLO may speak of. */
export type SloKey = ObjectiveMetricId

export const INCONCLUSIVE = ['fail', 'warn'] as const
/** `warn` shows it and lets the test pass. */
export type Inconclusive = (typeof INCONCLUSIVE)[number]
