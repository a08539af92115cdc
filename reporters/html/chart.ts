/**
 * Numbers that the raw report holds already, so that a page has them once: for `page.js` to read from the run at this
 * place of the report. `path` leads to them within the run, `coding` says how they are kept there: `ms` and `log-ms` are the
 * columns of requests (`src/metrics/columns.ts`), as s from the first due time and as ms; `index` counts.
 */
export interface ReportColumn {
  readonly run: number
  readonly path: readonly string[]
  readonly coding: 'plain' | 'plain-ms' | 'index' | 'ms' | 'log-ms'
}

/** A line or a cloud of points. `x` ascends; both arrays have one length. */
export interface ChartSeries {
  readonly label: string
  /** Which of the page's colours and dashes; the same target has the same in every figure. Below 0: a line to compare with. */
  readonly style: number
  readonly shape: 'line' | 'points' | 'steps'
  readonly x: readonly number[] | ReportColumn
  readonly y: readonly (number | null)[] | ReportColumn
}

/** A series whose numbers are its own. */
export interface PlainSeries extends ChartSeries {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

/** A level drawn across the plot, with its words. */
export interface ChartLimit {
  readonly label: string
  readonly axis: 'x' | 'y'
  readonly value: number
}

export interface ChartAxis {
  readonly label: string
  /** How its values are written; null for a bare number. */
  readonly unit: 'ms' | 's' | 'share' | null
  readonly log: boolean
  /** Where the axis has to reach, null where the data say. Panels that are compared share these. */
  readonly min: number | null
  readonly max: number | null
}

/** One plot as `page.js` draws it. JSON-safe. */
export interface Chart {
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly series: readonly ChartSeries[]
  readonly limits: readonly ChartLimit[]
  /** Plots with the same word share their cursor and their zoom; null stands alone. */
  readonly sync: string | null
}

/** How many colours and dashes the page knows; a larger style starts again. */
const STYLES = 8

/** The class that paints what belongs to a style. */
export function styleClass(style: number): string {
  return `s${style % STYLES}`
}

/** A ratio of values above which a linear axis would hide the small ones. */
const LOG_RATIO = 30

/** Whether values (positive ones count) spread so far that only a log axis shows all of them. */
export function spreadsWide(values: readonly number[]): boolean {
  const positive = values.filter((value) => value > 0)
  return largest(positive) > LOG_RATIO * smallest(positive)
}

export function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity)
}

export function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}

/** Four digits: more cannot be seen, and would only make the page larger. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
