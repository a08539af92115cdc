import type { Statistic } from '../../src/metrics/statistic.ts'
import type { CaseReport } from '../../src/report.ts'
import type { Ms } from '../../src/base/units.ts'
import type { ChartLimit } from './chart.ts'

/** A plot with more lines than this across it would show nothing else. */
const MOST_LIMITS = 3

/** A latency limit of an objective. */
interface LatencyLimit {
  readonly statistic: Statistic | null
  readonly limit: Ms
}

/** The limits that a case's objectives set on `metric`. */
function limitsOf({ verdicts }: CaseReport, metric: string): LatencyLimit[] {
  return verdicts.flatMap((verdict) =>
    verdict.kind === 'objective' && verdict.metric === metric ? [verdict satisfies LatencyLimit] : [],
  )
}

/**
 * The limits to draw across a plot of `cases`, the strictest ones first where there are too many. `picked` is one statistic;
 * null takes all and says which each is.
 */
export function drawnLimits(
  cases: readonly CaseReport[],
  metric: string,
  axis: ChartLimit['axis'],
  picked: Statistic | null,
): ChartLimit[] {
  const all = cases
    .flatMap((row) => limitsOf(row, metric))
    .filter(({ statistic }) => picked === null || statistic === picked)
  const distinct = [...Map.groupBy(all, ({ statistic, limit }) => `${statistic} ${limit}`).values()].flatMap(
    ([first]) => first ?? [],
  )
  return distinct
    .toSorted((a, b) => a.limit - b.limit)
    .slice(0, MOST_LIMITS)
    .map(({ statistic, limit }) => ({
      axis,
      value: limit,
      tone: 'fail',
      label: picked === null ? `${statistic?.toUpperCase()} limit ${limit} ms` : `limit ${limit} ms`,
    }))
}
