import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import type { Distribution } from '../../src/report.ts'
import { formatCount, formatFixed, formatLoad, formatMs } from '../units.ts'
import { largest, smallest, spreadsWide, type ChartAxis } from './chart.ts'
import { renderDataTable } from './data-table.ts'
import type { Figure, Panel } from './figure.ts'
import { drawnLimits } from './limits.ts'
import type { PageModel } from './page-model.ts'
import { hasSeveralRates, rateLines, rateSeries, valuesOf, type RateLine } from './rate-series.ts'

const STATISTICS = ['p50', 'p90', 'p99'] as const

const METRICS = [
  { id: 'ttft', name: 'TTFT', words: 'time to first token' },
  { id: 'tpot', name: 'TPOT', words: 'time per output token' },
] as const

/** P50, P90 and P99 of TTFT and TPOT against the request rate; nothing where all runs have one rate. */
export function latencyFigures(model: PageModel): Figure[] {
  const lines = rateLines(model)
  if (!hasSeveralRates(lines)) return []
  return METRICS.flatMap(({ id, name, words }) => latencyFigure(lines, { id, name, words }) ?? [])
}

interface LatencyMetric {
  readonly id: 'ttft' | 'tpot'
  readonly name: string
  readonly words: string
}

function latencyFigure(lines: readonly RateLine[], { id, name, words }: LatencyMetric): Figure | null {
  const pick = ({ metrics }: CaseReport): Distribution | null => metrics[id]
  const runs = lines.flatMap(({ points }) => points.map(({ run }) => run))
  const all = STATISTICS.flatMap((statistic) => valuesOf(rateSeries(lines, (run) => pick(run)?.[statistic] ?? null)))
  if (all.length === 0) return null
  const isLog = spreadsWide(all)
  const rates = lines.flatMap(({ points }) => points.map(({ rate }) => rate))
  const x: ChartAxis = { label: 'requests/s asked for', unit: null, log: spreadsWide(rates), min: null, max: null }
  const y: ChartAxis = { label: '', unit: 'ms', log: isLog, min: smallest(all), max: largest(all) }
  return {
    id: `${id}-by-rate`,
    title: `${name} against request rate`,
    caption: `${name} (${words}) of ${formatCount(lines.length, 'target')}: lower is better, and where a line turns up the server no longer keeps pace. ${
      isLog ? 'The axis is logarithmic: every step up is a multiple. ' : ''
    }The three plots share one scale.`,
    legend: lines,
    layout: 'grid',
    panels: STATISTICS.map((statistic): Panel => {
      const series = rateSeries(lines, (run) => pick(run)?.[statistic] ?? null)
      const values = valuesOf(series)
      return {
        title: `${statistic.toUpperCase()} ${name}`,
        description:
          `${statistic.toUpperCase()} ${name} against request rate for ${formatCount(lines.length, 'target')}, ` +
          (values.length === 0 ? 'not measured' : `from ${formatMs(smallest(values))} to ${formatMs(largest(values))}`),
        chart: { x, y, series, limits: drawnLimits(runs, id, 'y', statistic), sync: `${id}-by-rate` },
      }
    }),
    numbers: renderDataTable({
      label: `${name} against request rate, in ms`,
      header: ['target', 'load', 'requests', 'P50 (ms)', 'P90 (ms)', 'P99 (ms)'],
      rows: lines.flatMap(({ label, points }) =>
        points.map(({ rate, run }) => [
          label,
          formatLoad(rate),
          pick(run)?.count ?? 0,
          ...STATISTICS.map((statistic) => formatFixed(pick(run)?.[statistic] ?? null, 2)),
        ]),
      ),
    }),
  }
}
