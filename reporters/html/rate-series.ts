import type { CaseReport } from '../../src/report.ts'
import type { PerSecond } from '../../src/base/units.ts'
import { rounded, type PlainSeries } from './chart.ts'
import type { LegendEntry } from './figure.ts'
import { isSimulated } from './simulated.ts'
import type { PageModel } from './page-model.ts'

/** A case at a rate; cases with all requests at once have no place on an axis of rates. */
export interface RatedCase {
  readonly rate: PerSecond
  readonly row: CaseReport
}

/** The cases of one line in the figures over the request rate: one target, at each rate once. */
export interface RateLine extends LegendEntry {
  readonly points: readonly RatedCase[]
}

/** A line for each group; where a group has several cases at one rate, another line for each further one. */
export function rateLines({ groups }: PageModel): RateLine[] {
  return groups.flatMap(({ label: name, cases }, style) => {
    const rated = cases.flatMap((row) => (row.load.requestRate === null ? [] : [{ rate: row.load.requestRate, row }]))
    const atRate = [...Map.groupBy(rated, ({ rate }) => rate).values()]
    const lines = Math.max(0, ...atRate.map(({ length }) => length))
    return Array.from({ length: lines }, (_, i) => ({
      label: lines === 1 ? name : `${name} #${i + 1}`,
      style,
      simulated: isSimulated(cases),
      points: atRate.flatMap((alike) => alike[i] ?? []),
    }))
  })
}

/** Whether there is a second rate to draw a line to. */
export function hasSeveralRates(lines: readonly RateLine[]): boolean {
  return new Set(lines.flatMap(({ points }) => points.map(({ rate }) => rate))).size > 1
}

/** A number of each case against its rate; cases without that number leave a gap. */
export function rateSeries(lines: readonly RateLine[], value: (row: CaseReport) => number | null): PlainSeries[] {
  return lines.map(({ label, style, points }) => ({
    label,
    style,
    shape: 'line',
    x: points.map(({ rate }) => rate),
    y: points.map(({ row }) => {
      const number = value(row)
      return number === null ? null : rounded(number)
    }),
  }))
}

/** All numbers of some series. */
export function valuesOf(series: readonly PlainSeries[]): number[] {
  return series.flatMap(({ y }) => y.filter((value) => value !== null))
}
