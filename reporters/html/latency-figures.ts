import type { SampleMetric } from '../../src/metrics/metric.ts'
import { tpot } from '../../src/metrics/tpot.ts'
import { ttft } from '../../src/metrics/ttft.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { formatCount, formatFixed, formatMs } from '../units.ts'
import { axis, largest, smallest, spreadsWide } from './chart.ts'
import { renderDataTable } from './data-table.ts'
import type { Figure, Panel } from './figure.ts'
import { drawnLimits } from './limits.ts'
import type { PageModel } from './page-model.ts'
import { hasSeveralRates, rateLines, rateSeries, valuesOf, type RateLine } from './rate-series.ts'

const STATISTICS = ['p50', 'p90', 'p99'] as const

const METRICS = [
  { metric: ttft, words: 'time to first token' },
  { metric: tpot, words: 'time per output token' },
]

/** P50, P90 and P99 of TTFT and TPOT against the request rate; nothing where all cases have one rate. */
export function latencyFigures(model: PageModel): Figure[] {
  const lines = rateLines(model)
  if (!hasSeveralRates(lines)) return []
  return METRICS.flatMap(({ metric, words }) => latencyFigure(lines, metric, words) ?? [])
}

function latencyFigure(lines: readonly RateLine[], metric: SampleMetric, words: string): Figure | null {
  const { id, label: name } = metric
  const cases = lines.flatMap(({ points }) => points.map(({ row }) => row))
  const all = STATISTICS.flatMap((statistic) =>
    valuesOf(rateSeries(lines, ({ metrics }) => metric.read(metrics, statistic))),
  )
  if (all.length === 0) return null
  const isLog = spreadsWide(all)
  const rates = lines.flatMap(({ points }) => points.map(({ rate }) => rate))
  const x = axis({ label: 'requests/s asked for', log: spreadsWide(rates) })
  const y = axis({ unit: 'ms', log: isLog, min: smallest(all), max: largest(all) })
  return {
    id: `${id}-by-rate`,
    title: `${name} against request rate`,
    caption: `${name} (${words}) of ${formatCount(lines.length, 'target')}: lower is better, and where a line turns up the server no longer keeps pace. ${
      isLog ? 'The axis is logarithmic: every step up is a multiple. ' : ''
    }The three plots share one scale.`,
    legend: lines,
    layout: 'grid',
    panels: STATISTICS.map((statistic): Panel => {
      const series = rateSeries(lines, ({ metrics }) => metric.read(metrics, statistic))
      const values = valuesOf(series)
      return {
        title: `${statistic.toUpperCase()} ${name}`,
        description:
          `${statistic.toUpperCase()} ${name} against request rate for ${formatCount(lines.length, 'target')}, ` +
          (values.length === 0 ? 'not measured' : `from ${formatMs(smallest(values))} to ${formatMs(largest(values))}`),
        chart: { x, y, series, limits: drawnLimits(cases, id, 'y', statistic), sync: `${id}-by-rate` },
      }
    }),
    numbers: renderDataTable({
      label: `${name} against request rate, in ms`,
      header: ['target', 'load', 'requests', 'P50 (ms)', 'P90 (ms)', 'P99 (ms)'],
      rows: lines.flatMap(({ label, points }) =>
        points.map(({ rate, row }) => [
          label,
          rateText(rate),
          metric.of(row.metrics)?.count ?? 0,
          ...STATISTICS.map((statistic) => formatFixed(metric.read(row.metrics, statistic), 2)),
        ]),
      ),
    }),
  }
}
