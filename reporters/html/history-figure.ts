import { changesOf, versionSpread, type CaseHistory, type Change } from '../../src/baseline/history-series.ts'
import { plainLine } from '../../src/base/plain-text.ts'
import { findMetric } from '../../src/metrics/find-metric.ts'
import { changeVerdict, describeChange, markOf, titleOf, trustIn } from '../history-table.ts'
import { truncate } from '../text-width.ts'
import { formatCount, formatFixed } from '../units.ts'
import { axis, largest, rounded, smallest, type ChartAxis, type ChartLimit, type PlainSeries } from './chart.ts'
import { renderDataTable } from './data-table.ts'
import type { Figure, Panel } from './figure.ts'
import { html, type Html } from './html.ts'

/** At least this part of the middle value is shown above and below it, so that noise does not fill the plot. */
const LEAST_REACH = 0.1

/** Cells of a version's name under the axis. */
const MOST_CELLS = 18

/** A case over its versions: a plot for each metric that it has, its changes in words, and the numbers. */
export function historyFigure(id: string, history: CaseHistory, metrics: readonly string[]): Figure {
  const shown = metrics.flatMap((metric) => historyPanel(history, metric) ?? [])
  const title = titleOf(history)
  const words = shown.flatMap(({ changes }) =>
    changes.map((change) => html`<p class="word ${changeVerdict(change)}">${describeChange(change, history)}</p>`),
  )
  return {
    id,
    title,
    caption: html`${shown.length === 0 && html`<p>None of the chosen metrics was recorded.</p>`} ${words}
    ${trustIn(history).map((line) => html`<p class="quiet">${line}</p>`)}`,
    legend: [],
    layout: 'grid',
    panels: shown.map(({ panel }) => panel),
    numbers: numbersTable(title, history, shown),
  }
}

interface HistoryPanel {
  readonly metric: string
  readonly changes: readonly Change[]
  readonly panel: Panel
}

/** A version that has the metric. */
interface Point {
  /** Its place among all versions. */
  readonly index: number
  readonly mean: number
  readonly least: number
  readonly most: number
}

/** One metric: a point for each version, the band of their trials, levels, and the changes between them. Null where none has it. */
function historyPanel(history: CaseHistory, metric: string): HistoryPanel | null {
  const { versions } = history
  const points = versions.flatMap((version, index): Point[] => {
    const spread = versionSpread(version, metric)
    return spread === null ? [] : [{ index, ...spread }]
  })
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return null
  const changes = changesOf(history, metric)
  const unit = findMetric(metric)?.unit
  const x = axis({
    min: -0.4,
    max: versions.length - 0.6,
    names: versions.map(({ version }) => truncate(plainLine(version), MOST_CELLS)),
  })
  const description = [
    `${metric} over ${formatCount(points.length, 'version')}, from ${threeDigits(first.mean)} to ${threeDigits(last.mean)}.`,
    ...changes.map((change) => `${describeChange(change, history)}.`),
  ].join(' ')
  const series = [
    courseOf('highest', 'edge', points, ({ most }) => most),
    courseOf('lowest', 'edge', points, ({ least }) => least),
    ...levels(changes, points),
    courseOf('mean', 'line', points, ({ mean }) => mean),
  ]
  return {
    metric,
    changes,
    panel: {
      title: unit === undefined ? metric : `${metric} (${unit})`,
      description,
      chart: { x, y: yAxis(points, unit === 'ms' ? 'ms' : null), series, limits: changes.map(changeMark), sync: null },
    },
  }
}

/** Not from 0: a change of a few percent is to be seen. */
function yAxis(points: readonly Point[], unit: ChartAxis['unit']): ChartAxis {
  const low = smallest(points.map(({ least }) => least))
  const high = largest(points.map(({ most }) => most))
  const middle = (low + high) / 2
  const reach = Math.max((high - low) * 0.6, middle * LEAST_REACH)
  return axis({ unit, min: rounded(Math.max(0, middle - reach)), max: rounded(middle + reach), fromZero: false })
}

function courseOf(
  label: string,
  shape: PlainSeries['shape'],
  points: readonly Point[],
  value: (point: Point) => number,
): PlainSeries {
  return {
    label,
    style: 0,
    shape,
    x: points.map(({ index }) => index),
    y: points.map((point) => rounded(value(point))),
  }
}

/** The mean of the versions between two changes, as the change was judged by. */
function levels(changes: readonly Change[], points: readonly Point[]): PlainSeries[] {
  return changes.flatMap((change, i) => {
    const next = changes[i + 1]?.index ?? Infinity
    const previous = changes[i - 1]?.index ?? -Infinity
    const before = points.filter(({ index }) => index >= previous && index < change.index)
    const after = points.filter(({ index }) => index >= change.index && index < next)
    return [level(before, change.before), ...(next === Infinity ? [level(after, change.after)] : [])]
  })
}

function level(points: readonly Point[], mean: number): PlainSeries {
  const ends = [...new Set([points[0]?.index ?? 0, points.at(-1)?.index ?? 0])]
  return { label: 'level', style: -1, shape: 'line', x: ends, y: ends.map(() => rounded(mean)) }
}

const TONES = { pass: 'pass', fail: 'fail', inconclusive: 'doubt' } as const

/** A line between the two versions, with the sign and the size. */
function changeMark(change: Change): ChartLimit {
  const percent = 100 * (change.after / change.before - 1)
  return {
    label: `${markOf(change)} ${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`,
    axis: 'x',
    value: change.index - 0.5,
    tone: TONES[changeVerdict(change)],
  }
}

function numbersTable(label: string, { versions }: CaseHistory, shown: readonly HistoryPanel[]): Html {
  return renderDataTable({
    label,
    header: ['version', 'recorded', 'metric', 'trials', 'mean', 'lowest', 'highest', 'change'],
    rows: shown.flatMap(({ metric, changes }) =>
      versions.flatMap((version, index) => {
        const spread = versionSpread(version, metric)
        if (spread === null) return []
        const change = changes.find((each) => each.index === index)
        return [
          [
            plainLine(version.version),
            version.recordedAt.slice(0, 10),
            metric,
            spread.trials,
            ...[spread.mean, spread.least, spread.most].map((value) => formatFixed(value, 2)),
            change === undefined ? '' : `${markOf(change)} ${change.certainty}`,
          ],
        ]
      }),
    ),
  })
}

/** The numbers are in the table. */
function threeDigits(number: number): string {
  return number >= 100 ? number.toFixed(0) : String(Number(number.toPrecision(3)))
}
