import { isBuffered } from '../../src/metrics/pace.ts'
import { obstaclesToComparison } from '../../src/baseline/obstacles-to-comparison.ts'
import type { CaseReport } from '../../src/report.ts'
import { COLUMNS, type Column } from '../columns.ts'
import { overlap, percentileInterval, type PercentileInterval } from './percentile-interval.ts'
import type { PageModel } from './page-model.ts'

/** `clear` where the intervals of the others lie apart, `close` where one overlaps: the difference may be chance. */
export type Best = 'clear' | 'close'

/** The best value of each column among cases of different targets under the same load. */
export interface BestValues {
  of(row: CaseReport, column: Column): Best | null
}

/** Cases that are not valid, and cases without a completed request, are not best at anything. */
export function bestValues(model: PageModel): BestValues {
  const found = new Map<CaseReport, Map<Column, Best>>()
  const eligible = model.cases.filter((row) => obstaclesToComparison(row).length === 0 && row.metrics.completed > 0)
  for (const rivals of Map.groupBy(eligible, loadOf).values()) {
    if (new Set(rivals.map((row) => model.style(row))).size < 2) continue
    for (const column of COLUMNS) {
      const winner = bestOf(rivals, column)
      if (winner === null) continue
      const columns = found.get(winner) ?? new Map<Column, Best>()
      columns.set(column, isClear(model, winner, rivals, column) ? 'clear' : 'close')
      found.set(winner, columns)
    }
  }
  return { of: (row, column) => found.get(row)?.get(column) ?? null }
}

function loadOf({ load, trials }: CaseReport): string {
  return `${load.requestRate} ${load.numPrompts * trials.length}`
}

/** Null where several share the best value, or there is none. */
function bestOf(rivals: readonly CaseReport[], column: Column): CaseReport | null {
  if (column.better === null) return null
  const sign = column.better === 'lower' ? 1 : -1
  const ranked = rivals
    .flatMap((row) => {
      const value = isObserved(row, column) ? column.value(row) : null
      return value === null ? [] : [{ row, value: value * sign }]
    })
    .toSorted((a, b) => a.value - b.value)
  const [first, second] = ranked
  return first !== undefined && first.value !== second?.value ? first.row : null
}

/** The TPOT that is left behind a proxy that buffers is not the server's. */
function isObserved({ validity }: CaseReport, { percentile }: Column): boolean {
  return percentile?.metric !== 'tpot' || !isBuffered(validity.pace)
}

/** Of a throughput a case tells no interval. */
function isClear(model: PageModel, winner: CaseReport, rivals: readonly CaseReport[], column: Column): boolean {
  const best = columnInterval(model, winner, column)
  return rivals
    .filter((row) => row !== winner)
    .every((row) => {
      const other = columnInterval(model, row, column)
      return best === null || other === null || !overlap(best, other)
    })
}

/** The interval of a latency percentile; null for other columns and where the requests were not kept. */
export function columnInterval(model: PageModel, row: CaseReport, { percentile }: Column): PercentileInterval | null {
  return percentile === null ? null : percentileInterval(model.samples(row, percentile.metric), percentile.q)
}
