import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import type { PerSecond } from '../../src/base/units.ts'
import { rounded, type PlainSeries } from './chart.ts'
import type { LegendEntry } from './figure.ts'
import { isSimulated } from './simulated.ts'
import type { PageModel } from './page-model.ts'

/** A run at a rate; runs with all requests at once have no place on an axis of rates. */
export interface RatedRun {
  readonly rate: PerSecond
  readonly run: CaseReport
}

/** The runs of one line in the figures over the request rate: one target, at each rate once. */
export interface RateLine extends LegendEntry {
  readonly points: readonly RatedRun[]
}

/** A line for each group; where a group has several cases at one rate, another line for each further one. */
export function rateLines({ groups }: PageModel): RateLine[] {
  return groups.flatMap(({ label: name, runs }, style) => {
    const rated = runs.flatMap((run) => (run.load.requestRate === null ? [] : [{ rate: run.load.requestRate, run }]))
    const atRate = [...Map.groupBy(rated, ({ rate }) => rate).values()]
    const lines = Math.max(0, ...atRate.map(({ length }) => length))
    return Array.from({ length: lines }, (_, i) => ({
      label: lines === 1 ? name : `${name} #${i + 1}`,
      style,
      simulated: isSimulated(runs),
      points: atRate.flatMap((alike) => alike[i] ?? []),
    }))
  })
}

/** Whether there is a second rate to draw a line to. */
export function hasSeveralRates(lines: readonly RateLine[]): boolean {
  return new Set(lines.flatMap(({ points }) => points.map(({ rate }) => rate))).size > 1
}

/** A number of each run against its rate; runs without that number leave a gap. */
export function rateSeries(lines: readonly RateLine[], value: (run: CaseReport) => number | null): PlainSeries[] {
  return lines.map(({ label, style, points }) => ({
    label,
    style,
    shape: 'line',
    x: points.map(({ rate }) => rate),
    y: points.map(({ run }) => {
      const number = value(run)
      return number === null ? null : rounded(number)
    }),
  }))
}

/** All numbers of some series. */
export function valuesOf(series: readonly PlainSeries[]): number[] {
  return series.flatMap(({ y }) => y.filter((value) => value !== null))
}
