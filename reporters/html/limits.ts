import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import type { Ms } from '../../src/base/units.ts'
import { leadingPath } from '../verdicts.ts'
import type { ChartLimit } from './chart.ts'

/** A plot with more lines than this across it would show nothing else. */
const MOST_LIMITS = 3

/** A latency limit of an objective: `ttft.p99`, 400. */
interface LatencyLimit {
  readonly path: string
  readonly limit: Ms
}

/** The limits that a run's objectives set on `metric`: its path with the statistic. */
function limitsOf({ verdicts }: CaseReport, metric: string): LatencyLimit[] {
  return verdicts.flatMap(({ kind, objective, limit }) => {
    const path = leadingPath(objective)
    return kind === 'slo' && limit !== null && path.startsWith(`${metric}.`) ? [{ path, limit }] : []
  })
}

/**
 * The limits to draw across a plot of `runs`, the strictest ones first where there are too many. `statistic` picks one;
 * null takes all and says which each is.
 */
export function drawnLimits(
  runs: readonly CaseReport[],
  metric: string,
  axis: ChartLimit['axis'],
  statistic: string | null,
): ChartLimit[] {
  const all = runs
    .flatMap((run) => limitsOf(run, metric))
    .filter(({ path }) => statistic === null || path === `${metric}.${statistic}`)
  const distinct = [...Map.groupBy(all, ({ path, limit }) => `${path} ${limit}`).values()].flatMap(([first]) =>
    first === undefined ? [] : [first],
  )
  return distinct
    .toSorted((a, b) => a.limit - b.limit)
    .slice(0, MOST_LIMITS)
    .map(({ path, limit }) => ({
      axis,
      value: limit,
      label:
        statistic === null ? `${path.slice(metric.length + 1).toUpperCase()} limit ${limit} ms` : `limit ${limit} ms`,
    }))
}
