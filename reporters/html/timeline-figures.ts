import { TIME_CODE } from '../../src/metrics/columns.ts'
import type { CaseReport, Telemetry, Trial } from '../../src/report.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { MS_PER_SECOND } from '../../src/base/units.ts'
import { formatFixed, formatMs, formatShare } from '../units.ts'
import { caseVerdict } from '../../src/verdict/case-verdict.ts'
import {
  axis,
  largest,
  rounded,
  smallest,
  spreadsWide,
  type Chart,
  type ChartAxis,
  type ChartSeries,
  type ReportColumn,
} from './chart.ts'
import { renderDataTable } from './data-table.ts'
import { renderFigure, type Panel } from './figure.ts'
import { simulatedTag } from './simulated.ts'
import { html, type Html } from './html.ts'
import { drawnLimits } from './limits.ts'
import type { PageModel } from './page-model.ts'
import { verdictWord } from './verdict-section.ts'

/** Rows of the table behind a timeline. */
const WINDOWS = 8

/** Each case over its time, to unfold: the first tokens, and under them the queue. */
export function timelineSection(model: PageModel): Html | null {
  const cases = model.cases.filter(({ trials }) => trials.some(({ requests }) => requests.count > 0))
  if (cases.length === 0) return null
  const opened = mostTelling(cases)
  return html`${cases.map(
    (row) =>
      html`<details class="case" ${row === opened && html`open`}>
        <summary>
          ${model.label(row)} ${row.target.simulated && simulatedTag}
          ${verdictWord(caseVerdict(row))}${isSaturated(row) && ' · its queue grew'}
        </summary>
        ${row.trials.map((trial, i) => timeline(model, row, trial, i))}
      </details> `,
  )}`
}

/** The case that is unfolded from the start: one that failed, one whose queue grew, or the one with the longest wait. */
function mostTelling(cases: readonly CaseReport[]): CaseReport | undefined {
  const slowest = cases.toSorted((a, b) => (b.metrics.ttft?.p99 ?? 0) - (a.metrics.ttft?.p99 ?? 0))
  return slowest.find((row) => caseVerdict(row) === 'fail') ?? slowest.find(isSaturated) ?? slowest[0]
}

function isSaturated({ doubts }: CaseReport): boolean {
  return doubts.some(({ code }) => code === 'saturated' || code === 'queue-growing')
}

function timeline(model: PageModel, row: CaseReport, trial: Trial, index: number): Html {
  const place = model.cases.indexOf(row)
  const context: TimelineContext = {
    model,
    row,
    trial,
    path: ['cases', place, 'trials', index],
    style: model.style(row),
    sync: `timeline-${place}-${index}`,
    x: axis({ unit: 's', min: 0, max: rounded(trial.metrics.durationMs / MS_PER_SECOND) }),
  }
  const panels = [ttftPanel(context), inFlightPanel(context), ...telemetryPanels(context)]
  const title = `${model.label(row)}${row.trials.length > 1 ? `, trial ${trial.trial}` : ''} over time`
  return renderFigure({
    id: context.sync,
    title,
    caption: html`Every point is a request at the time it was due. Below it stands how many requests were under
    way${trial.telemetry === null ? ', as the client counts them' : ', and what the server said of itself at that time'}.
    ${trial.telemetry?.problems.join(' ') ?? null}`,
    // A panel with one line has its name in its title.
    legend: panels.flatMap(({ chart: { series } }) => {
      const lines = series.filter(({ shape }) => shape === 'steps')
      return lines.length < 2 ? [] : lines.map(({ label, style }) => ({ label, style, simulated: false }))
    }),
    layout: 'stack',
    panels,
    numbers: windowsTable(model, trial, title),
  })
}

interface TimelineContext {
  readonly model: PageModel
  readonly row: CaseReport
  readonly trial: Trial
  /** To the trial in the raw report. */
  readonly path: ReportColumn['path']
  /** Of the row's group. */
  readonly style: number
  readonly sync: string
  readonly x: ChartAxis
}

function ttftPanel({ model, row, trial, path, style, sync, x }: TimelineContext): Panel {
  const values = model.requests(trial).ttft.filter((value) => value !== null)
  const failed = failedSeries(model, trial, values)
  return {
    title: failed === null ? 'TTFT' : 'TTFT, and requests that failed (grey, at the top)',
    description:
      `TTFT of ${values.length} requests over ${formatFixed(x.max, 0)} s, ` +
      (values.length === 0 ? 'none measured' : `from ${formatMs(smallest(values))} to ${formatMs(largest(values))}`),
    chart: {
      x,
      y: axis({ unit: 'ms', log: spreadsWide(values) }),
      series: [
        {
          label: 'TTFT',
          style,
          shape: 'points',
          x: { path: [...path, 'requests', 'dueAt'], coding: 'ms' },
          y: { path: [...path, 'requests', 'ttft'], coding: TIME_CODE },
        },
        ...(failed === null ? [] : [failed]),
      ],
      limits: drawnLimits([row], 'ttft', 'y', null),
      sync,
    },
  }
}

/** Failed requests have no TTFT: they stand at the top. */
function failedSeries(model: PageModel, trial: Trial, values: readonly number[]): ChartSeries | null {
  const { dueAt, failures } = model.requests(trial)
  if (failures.length === 0) return null
  const start = dueAt[0] ?? 0
  const top = values.length === 0 ? 1 : rounded(largest(values))
  return {
    label: 'failed',
    style: -1,
    shape: 'points',
    x: failures.map(({ index }) => Number((((dueAt[index] ?? start) - start) / MS_PER_SECOND).toFixed(2))),
    y: failures.map(() => top),
  }
}

function inFlightPanel({ trial, path, sync, x }: TimelineContext): Panel {
  const { inFlight } = trial.series
  const column = [...path, 'series', 'inFlight']
  return {
    title: 'Requests under way',
    description: `Requests under way in each second, at most ${inFlight.length === 0 ? 0 : largest(inFlight)}`,
    chart: {
      x,
      y: axis({ min: 0 }),
      series: [
        {
          label: 'under way',
          style: 7,
          shape: 'steps',
          x: { path: column, coding: 'index' },
          y: { path: column, coding: 'plain' },
        },
      ],
      limits: [],
      sync,
    },
  }
}

type Gauge = Exclude<keyof Telemetry['samples'], 'at'>

/** What belongs into one plot: counts of requests, and apart from them a share. */
const TELEMETRY_PANELS: readonly {
  readonly title: string
  readonly unit: ChartAxis['unit']
  readonly gauges: readonly (readonly [Gauge, string, style: number])[]
}[] = [
  {
    title: 'Server: running, waiting and swapped requests',
    unit: null,
    gauges: [
      ['running', 'running', 2],
      ['waiting', 'waiting', 1],
      ['swapped', 'swapped', 3],
    ],
  },
  { title: 'Server: KV cache in use', unit: 'share', gauges: [['kvCacheUse', 'KV cache', 5]] },
  { title: 'Server: preemptions since the start', unit: null, gauges: [['preemptions', 'preemptions', 6]] },
]

function telemetryPanels({ trial: { telemetry }, path, sync, x }: TimelineContext): Panel[] {
  if (telemetry === null) return []
  const { samples } = telemetry
  return TELEMETRY_PANELS.flatMap(({ title, unit, gauges }) => {
    const told = gauges.flatMap(([gauge, label, style]) => {
      const values = (samples[gauge] ?? []).filter((value) => value !== null)
      return values.length === 0 ? [] : [{ gauge, label, style, peak: largest(values) }]
    })
    if (told.length === 0) return []
    const peaks = told
      .map(({ label, peak }) => `${label} at most ${unit === 'share' ? formatShare(peak) : peak}`)
      .join(', ')
    const column = [...path, 'telemetry', 'samples']
    const chart: Chart = {
      x,
      y: axis({ unit, min: 0, max: unit === 'share' ? 1 : null }),
      series: told.map(({ gauge, label, style }) => ({
        label,
        style,
        shape: 'steps',
        x: { path: [...column, 'at'], coding: 'plain-ms' },
        y: { path: [...column, gauge], coding: 'plain' },
      })),
      limits: [],
      sync,
    }
    return [{ title: `${title} (${peaks})`, description: `${title}: ${peaks}`, chart }]
  })
}

/** The trial in stretches of equal time: a table of every request would be longer than anybody reads. */
function windowsTable(model: PageModel, trial: Trial, label: string): Html {
  const { dueAt, ttft } = model.requests(trial)
  const start = dueAt[0] ?? 0
  const length = trial.metrics.durationMs / WINDOWS
  const windows = Array.from({ length: WINDOWS }, (_, window) => {
    const indices = dueAt.flatMap((due, i) =>
      length > 0 && Math.min(Math.floor((due - start) / length), WINDOWS - 1) === window ? [i] : [],
    )
    const sorted = Float64Array.from(indices.flatMap((i) => ttft[i] ?? [])).sort()
    const seconds = trial.series.inFlight.slice(
      Math.floor((window * length) / MS_PER_SECOND),
      Math.max(Math.floor((window * length) / MS_PER_SECOND) + 1, Math.floor(((window + 1) * length) / MS_PER_SECOND)),
    )
    return { from: window * length, due: indices.length, sorted, peak: seconds.length === 0 ? null : largest(seconds) }
  })
  return renderDataTable({
    label,
    header: ['from', 'requests due', 'median TTFT (ms)', 'slowest TTFT (ms)', 'most under way'],
    rows: windows.map(({ from, due, sorted, peak }) => [
      formatMs(from),
      due,
      formatFixed(sorted.length === 0 ? null : quantile(sorted, 0.5), 1),
      formatFixed(sorted.length === 0 ? null : quantile(sorted, 1), 1),
      formatFixed(peak, 0),
    ]),
  })
}
