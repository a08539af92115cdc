import type { CaseReport } from '../../src/report.ts'
import { itl } from '../../src/metrics/itl.ts'
import { tpot } from '../../src/metrics/tpot.ts'
import { ttft } from '../../src/metrics/ttft.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { formatCount, formatFixed } from '../units.ts'
import { axis, largest, rounded, smallest, spreadsWide, type PlainSeries } from './chart.ts'
import { renderDataTable } from './data-table.ts'
import type { Figure, Panel } from './figure.ts'
import { drawnLimits } from './limits.ts'
import { isSimulated } from './simulated.ts'
import type { PageModel } from './page-model.ts'

/** The shares at which a curve is drawn: every fiftieth, and the tail closer. */
const LEVELS = [...Array.from({ length: 50 }, (_, i) => i / 50), 0.99, 0.995, 0.999, 1]

type LatencyMetric = typeof ttft | typeof tpot | typeof itl

/** How the latencies of single requests are distributed: a plot for each load, a curve for each case. */
export function distributionFigures(model: PageModel): Figure[] {
  return [ttft, tpot, itl].flatMap((metric) => distributionFigure(model, metric) ?? [])
}

function distributionFigure(model: PageModel, { id, label: name }: LatencyMetric): Figure | null {
  const curves = model.cases.flatMap((row) => curveOf(model, row, id) ?? [])
  if (curves.length === 0) return null
  const loads = [...Map.groupBy(curves, ({ row }) => row.load.requestRate)].toSorted(
    ([a], [b]) => (a ?? Number.MAX_VALUE) - (b ?? Number.MAX_VALUE),
  )
  const isLog = (members: readonly Curve[]): boolean => spreadsWide(members.flatMap(({ series }) => series.x))
  const logLoads = loads.filter(([, members]) => isLog(members)).map(([load]) => rateText(load))
  const drawn = new Set(curves.map(({ row }) => model.style(row)))
  return {
    id: `${id}-distribution`,
    title: `Distribution of ${name}`,
    caption: `A curve shows which share of the requests had at most this ${name}: the further left, the faster. The long way to the right at the top is the tail. ${
      id === 'itl' ? 'Of ITL a report keeps percentiles only: the marks are what is known. ' : ''
    }${
      logLoads.length === 0
        ? ''
        : `${logLoads.length === loads.length ? 'The' : `At ${logLoads.join(', ')} the`} axis is logarithmic.`
    }`,
    legend: model.groups.flatMap(({ label, cases }, style) =>
      drawn.has(style) ? [{ label, style, simulated: isSimulated(cases) }] : [],
    ),
    layout: 'grid',
    panels: loads.map(([load, members]): Panel => {
      const values = members.flatMap(({ series }) => series.x)
      const x = axis({ unit: 'ms', log: isLog(members) })
      return {
        title: rateText(load),
        description: `Cumulative distribution of ${name} at ${rateText(load)} of ${formatCount(members.length, 'case')}, from ${formatFixed(smallest(values), 1)} to ${formatFixed(largest(values), 1)} ms`,
        chart: {
          x,
          y: axis({ unit: 'share', min: 0, max: 1 }),
          series: members.map(({ series }) => series),
          limits: drawnLimits(
            members.map(({ row }) => row),
            id,
            'x',
            null,
          ),
          sync: null,
        },
      }
    }),
    numbers: renderDataTable({
      label: `Distribution of ${name}, in ms`,
      header: ['case', 'n', 'mean', 'std', 'min', 'P50', 'P75', 'P90', 'P95', 'P99', 'max'],
      rows: curves.flatMap(({ row }) => {
        const found = row.metrics[id]
        if (found === null) return []
        const { count, mean, std, min, p50, p75, p90, p95, p99, max } = found
        const numbers = [mean, std, min, p50, p75, p90, p95, p99, max].map((value) => formatFixed(value, 2))
        return [[model.label(row), count, ...numbers]]
      }),
    }),
  }
}

interface Curve {
  readonly row: CaseReport
  readonly series: PlainSeries
}

/** Null where nothing was measured. */
function curveOf(model: PageModel, row: CaseReport, id: LatencyMetric['id']): Curve | null {
  const points = id === 'itl' ? knownPercentiles(row) : sampled(model.samples(row, id))
  if (points.length === 0) return null
  // Requests that took equally long are one step up.
  const steps = points.filter(({ value }, i) => points[i + 1]?.value !== value)
  const series: PlainSeries = {
    label: model.label(row),
    style: model.style(row),
    shape: 'line',
    x: steps.map(({ value }) => value),
    y: steps.map(({ share }) => share),
  }
  return { row, series }
}

interface CurvePoint {
  readonly value: number
  readonly share: number
}

function sampled(sorted: Float64Array): CurvePoint[] {
  if (sorted.length === 0) return []
  return LEVELS.map((share) => ({ value: rounded(quantile(sorted, share)), share }))
}

function knownPercentiles({ metrics }: CaseReport): CurvePoint[] {
  const known = itl.of(metrics)
  if (known === null) return []
  const { min, p50, p75, p90, p95, p99, max } = known
  const values = [min, p50, p75, p90, p95, p99, max]
  const shares = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 1]
  return values.map((value, i) => ({ value: rounded(value), share: shares[i] ?? 1 }))
}
