/**
 * Numbers that the raw report holds already, so that a page has them once: for `plots.js` to read from the report at this path.
 * `coding` says how they are kept there: `ms` are the due times of requests, as s from the first; log codes are the other times of
 * requests (`src/metrics/columns.ts`), as ms; `index` counts.
 */
export interface ReportColumn {
  readonly path: readonly (string | number)[]
  readonly coding: 'plain' | 'plain-ms' | 'index' | 'ms' | LogCode
}

/** As `TIME_CODE` of the columns: the page has it with its data, so that the codec stands in one place. */
export interface LogCode {
  readonly smallestMs: number
  readonly step: number
  readonly absent: number
}

/** A line or a cloud of points. `x` ascends; both arrays have one length. */
export interface ChartSeries {
  readonly label: string
  /** Which of the page's colours and dashes; the same target has the same in every figure. Below 0: a line to compare with. */
  readonly style: number
  /** Two edges that follow each other, the upper one first, enclose a band. */
  readonly shape: 'line' | 'points' | 'steps' | 'edge'
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
  /** One of the page's colours. */
  readonly tone: 'pass' | 'fail' | 'doubt'
}

export interface ChartAxis {
  readonly label: string
  /** How its values are written; null for a bare number. */
  readonly unit: 'ms' | 's' | 'share' | null
  readonly log: boolean
  /** Where the axis has to reach, null where the data say. Panels that are compared share these. */
  readonly min: number | null
  readonly max: number | null
  /** Of the y axis: whether it has to show 0; a log axis never does. */
  readonly fromZero: boolean
  /** What stands at 0, 1, 2, ...: versions, say. Null for an axis of numbers. */
  readonly names: readonly string[] | null
}

/** An axis of numbers that begins at 0 and ends where the data do. */
export function axis(changes: Partial<ChartAxis> = {}): ChartAxis {
  return { label: '', unit: null, log: false, min: null, max: null, fromZero: true, names: null, ...changes }
}

/** One plot as `plots.js` draws it. JSON-safe. */
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
