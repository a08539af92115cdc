import { CATALOG } from '../../src/metrics/catalog.ts'
import { isBuffered } from '../../src/metrics/pace.ts'
import { obstaclesToComparison } from '../../src/metrics/invalidities.ts'
import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import { COLUMNS, type Column } from '../columns.ts'
import { overlap, percentileInterval, type PercentileInterval } from './percentile-interval.ts'
import type { PageModel } from './page-model.ts'

/** `clear` where the intervals of the others lie apart, `close` where one overlaps: the difference may be chance. */
export type Best = 'clear' | 'close'

/** The best value of each column among runs of different targets under the same load. */
export interface BestValues {
  of(run: CaseReport, column: Column): Best | null
}

/** Runs that are not valid, and runs without a completed request, are not best at anything. */
export function bestValues(model: PageModel): BestValues {
  const found = new Map<CaseReport, Map<Column, Best>>()
  const eligible = model.cases.filter((run) => obstaclesToComparison([run]).length === 0 && run.metrics.completed > 0)
  for (const rivals of Map.groupBy(eligible, ({ load }) => `${load.requestRate} ${load.numPrompts}`).values()) {
    if (new Set(rivals.map((run) => model.style(run))).size < 2) continue
    for (const column of COLUMNS) {
      const winner = bestOf(rivals, column)
      if (winner === null) continue
      const columns = found.get(winner) ?? new Map<Column, Best>()
      columns.set(column, isClear(model, winner, rivals, column) ? 'clear' : 'close')
      found.set(winner, columns)
    }
  }
  return { of: (run, column) => found.get(run)?.get(column) ?? null }
}

/** Latencies and throughputs; durations and totals follow from the load. */
function directionOf({ id }: Column): 'lower' | 'higher' | null {
  const metric = CATALOG.find((each) => each.id === id.split('.')[0])
  return metric === undefined || metric.id === 'durationMs' ? null : metric.better
}

/** Null where several share the best value, or there is none. */
function bestOf(rivals: readonly CaseReport[], column: Column): CaseReport | null {
  const direction = directionOf(column)
  if (direction === null) return null
  const sign = direction === 'lower' ? 1 : -1
  const ranked = rivals
    .flatMap((run) => {
      const value = isObserved(run, column) ? column.value(run) : null
      return value === null ? [] : [{ run, value: value * sign }]
    })
    .toSorted((a, b) => a.value - b.value)
  const [first, second] = ranked
  return first !== undefined && first.value !== second?.value ? first.run : null
}

/** The TPOT that is left behind a proxy that buffers is not the server's. */
function isObserved({ validity }: CaseReport, { percentile }: Column): boolean {
  return percentile?.metric !== 'tpot' || !isBuffered(validity.pace)
}

/** Of a throughput a single run tells no interval. */
function isClear(model: PageModel, winner: CaseReport, rivals: readonly CaseReport[], column: Column): boolean {
  const best = columnInterval(model, winner, column)
  return rivals
    .filter((run) => run !== winner)
    .every((run) => {
      const other = columnInterval(model, run, column)
      return best === null || other === null || !overlap(best, other)
    })
}

/** The interval of a latency percentile; null for other columns and where the requests were not kept. */
export function columnInterval(model: PageModel, run: CaseReport, { percentile }: Column): PercentileInterval | null {
  return percentile === undefined ? null : percentileInterval(model.samples(run, percentile.metric), percentile.q)
}
