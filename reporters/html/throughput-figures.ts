import type { CaseReport } from '../../src/report.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { formatCount, formatFixed } from '../units.ts'
import { axis, largest, smallest, spreadsWide, type PlainSeries } from './chart.ts'
import { renderDataTable } from './data-table.ts'
import type { Figure, Panel } from './figure.ts'
import type { PageModel } from './page-model.ts'
import { hasSeveralRates, rateLines, rateSeries, valuesOf, type RateLine } from './rate-series.ts'

/** What was asked for against what came, and what of it was good; nothing where all cases have one rate. */
export function throughputFigures(model: PageModel): Figure[] {
  const lines = rateLines(model)
  if (!hasSeveralRates(lines)) return []
  return [throughputFigure(lines), goodputFigure(lines)].filter((figure) => figure !== null)
}

function throughputFigure(lines: readonly RateLine[]): Figure {
  const asked = askedFor(lines)
  return {
    id: 'throughput',
    title: 'Throughput, asked for and achieved',
    caption:
      'Achieved is completed over the whole time until the last answer ended. A line that leaves the dashed diagonal falls behind what was asked; one that runs flat has reached what the server can do. In a short run the wait for the last answers alone keeps it below.',
    legend: lines,
    layout: 'grid',
    panels: [
      ratePanel(lines, 'Requests completed a second', ({ metrics }) => metrics.requestThroughput, asked),
      ratePanel(lines, 'Output tokens a second', ({ metrics }) => metrics.outputThroughput, null),
    ],
    numbers: renderDataTable({
      label: 'Throughput, asked for and achieved',
      header: ['target', 'asked for', 'requests/s', 'share of what was asked', 'output tokens/s', 'input tokens/s'],
      rows: lines.flatMap(({ label, points }) =>
        points.map(({ rate, row: { metrics } }) => [
          label,
          rateText(rate),
          formatFixed(metrics.requestThroughput, 2),
          `${formatFixed((100 * metrics.requestThroughput) / rate, 1)} %`,
          formatFixed(metrics.outputThroughput, 1),
          formatFixed(metrics.inputThroughput, 1),
        ]),
      ),
    }),
  }
}

function goodputFigure(lines: readonly RateLine[]): Figure | null {
  const judged = lines.filter(({ points }) => points.some(({ row }) => row.metrics.goodput !== null))
  if (judged.length === 0) return null
  return {
    id: 'goodput',
    title: 'Goodput',
    caption:
      'Requests a second that kept every latency limit themselves. Past its peak a server answers more requests too late than it gains.',
    legend: judged,
    layout: 'grid',
    panels: [ratePanel(judged, null, ({ metrics }) => metrics.goodput, askedFor(judged))],
    numbers: renderDataTable({
      label: 'Goodput',
      header: ['target', 'asked for', 'goodput (requests/s)', 'share of what was completed'],
      rows: judged.flatMap(({ label, points }) =>
        points.map(({ rate, row: { metrics } }) => [
          label,
          rateText(rate),
          formatFixed(metrics.goodput, 2),
          metrics.goodput === null || metrics.requestThroughput === 0
            ? formatFixed(null, 1)
            : `${formatFixed((100 * metrics.goodput) / metrics.requestThroughput, 1)} %`,
        ]),
      ),
    }),
  }
}

function askedFor(lines: readonly RateLine[]): PlainSeries {
  const rates = [...new Set(lines.flatMap(({ points }) => points.map(({ rate }) => rate)))].toSorted((a, b) => a - b)
  return { label: 'asked for', style: -1, shape: 'line', x: rates, y: rates }
}

function ratePanel(
  lines: readonly RateLine[],
  title: string | null,
  value: (row: CaseReport) => number | null,
  asked: PlainSeries | null,
): Panel {
  const series = rateSeries(lines, value)
  const values = valuesOf(series)
  const rates = lines.flatMap(({ points }) => points.map(({ rate }) => rate))
  const x = axis({ label: 'requests/s asked for', log: spreadsWide(rates) })
  const range =
    values.length === 0
      ? 'not measured'
      : `from ${formatFixed(smallest(values), 2)} to ${formatFixed(largest(values), 2)}`
  return {
    title,
    description: `${title ?? 'Goodput in requests a second'} against request rate for ${formatCount(lines.length, 'target')}, ${range}`,
    chart: {
      x,
      y: axis({ min: 0 }),
      series: asked === null ? series : [asked, ...series],
      limits: [],
      sync: null,
    },
  }
}
