import { quantile } from '../stats/quantile.ts'
import { mean } from '../stats/variance.ts'
import type { LatencyGateName, Trial, TrialMetric } from './trial.ts'

/** A number of a pair of trials that must not get worse. */
export interface LatencyGate {
  readonly name: LatencyGateName
  readonly metric: TrialMetric
  readonly statistic: 'typical' | 'tail' | 'makespan'
  /** By which share it may be worse: 0.05 is 5 %. */
  readonly margin: number
  /** Only where all requests are sent at once; below saturation throughput echoes the offered rate. */
  readonly burstOnly: boolean
}

/**
 * The gates of every case. P99 is none: for a true slowdown of 5 % it takes 40 and more pairs of 200 requests to tell a
 * P99 from noise, where a typical value takes three. Assert it by an SLO.
 */
export const LATENCY_GATES: readonly LatencyGate[] = [
  { name: 'TTFT typical', metric: 'ttft', statistic: 'typical', margin: 0.05, burstOnly: false },
  { name: 'TTFT tail', metric: 'ttft', statistic: 'tail', margin: 0.1, burstOnly: false },
  { name: 'TPOT typical', metric: 'tpot', statistic: 'typical', margin: 0.05, burstOnly: false },
  { name: 'TPOT tail', metric: 'tpot', statistic: 'tail', margin: 0.1, burstOnly: false },
  { name: 'E2E typical', metric: 'e2eLatency', statistic: 'typical', margin: 0.05, burstOnly: false },
  { name: 'throughput', metric: 'e2eLatency', statistic: 'makespan', margin: 0.05, burstOnly: true },
]

/**
 * By how much the candidate is worse in one pair of trials, as the logarithm of a ratio: ln 1.05 is 5 % worse. b and c are
 * the same request's times; requests that have none on either side are left out, and at least one must remain.
 *
 *     typical    median of ln(c/b)
 *     tail       mean of ln(c/b) over the 10 % of the requests (rounded up) with the largest b c
 *     makespan   ln(max c / max b): with all requests sent at once and the same outputs, ln(throughput b / throughput c)
 *
 * The tail is chosen by the product, which treats both sides alike, so that chance in one side's slowest requests does
 * not look like a change.
 */
export function pairStatistic({ metric, statistic }: LatencyGate, baseline: Trial, candidate: Trial): number {
  const pairs = baseline[metric].flatMap((b, i) => {
    const c = candidate[metric][i] ?? NaN
    return Number.isNaN(b) || Number.isNaN(c) ? [] : { b, c, change: Math.log(c / b) }
  })
  switch (statistic) {
    case 'typical':
      return quantile(Float64Array.from(pairs, ({ change }) => change).sort(), 0.5)
    case 'tail': {
      const slowest = pairs.toSorted((x, y) => y.b * y.c - x.b * x.c).slice(0, Math.ceil(pairs.length / 10))
      return mean(slowest.map(({ change }) => change))
    }
    case 'makespan': {
      const longest = (side: 'b' | 'c'): number => pairs.reduce((max, pair) => Math.max(max, pair[side]), 0)
      return Math.log(longest('c') / longest('b'))
    }
  }
}
