import { HISTOGRAM_NAMES, type LevelName } from '../frameworks/metrics-table.ts'
import { Telemetry } from '../report.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { histogramDelta } from './histogram.ts'
import type { LogSamples } from './log-samples.ts'
import type { Sample, Sampled } from './sampler.ts'

/** What the summaries are about: the first due time and the last end, on the run clock. */
export interface RunWindow {
  readonly firstDueAt: Ms
  readonly lastEndAt: Ms
}

type ColumnName = Exclude<keyof Telemetry['samples'], 'at'>
type Column = Telemetry['samples'][ColumnName]

const RESTARTED = 'The counters of the server went back during the run: it was started anew, or there are several.'

/**
 * What was read of a server, as the report tells it: counters by what they gained since the first sample. Numbers that cannot be
 * (a gauge below 0, a counter of 1e300) make all of them doubtful: nothing is told then but that.
 */
export function telemetryOf(sampled: Sampled, log: LogSamples | null, window: RunWindow): Telemetry {
  const told = tell(sampled, log, window)
  const issue = Telemetry.safeParse(told).error?.issues[0]
  if (issue === undefined) return told
  const nothing = tell({ ...sampled, samples: [], first: null, last: null }, null, window)
  const problem = `The server told what cannot be (${issue.path.join('.')}: ${issue.message}), and none of its numbers was used.`
  return { ...nothing, problems: [...told.problems, problem] }
}

function tell(sampled: Sampled, log: LogSamples | null, window: RunWindow): Telemetry {
  const { address, first, last, roundTrips } = sampled
  const fromLog = sampled.samples.length === 0 && log !== null && log.samples.length > 0
  const samples = fromLog ? log.samples : sampled.samples
  const columns = columnsOf(samples)
  const at = samples.map((sample) => thousandths(sample.at - window.firstDueAt))
  const isDuring = at.map((time) => time >= 0 && time < window.lastEndAt - window.firstDueAt)
  const summary = (column: Column) => summarise(column?.filter((_, i) => isDuring[i]) ?? [])
  return {
    sources: { metrics: address, log: fromLog ? log.file : null },
    samples: { at, ...columns },
    summary: {
      running: summary(columns.running),
      waiting: summary(columns.waiting),
      swapped: summary(columns.swapped),
      kvCacheUse: summary(columns.kvCacheUse),
      promptThroughput: summary(columns.promptThroughput),
      generationThroughput: summary(columns.generationThroughput),
    },
    histograms: histogramsOf(sampled),
    prefixCache: prefixCacheOf(sampled),
    roundTripMs: middle(roundTrips),
    problems: [...sampled.problems, ...(hasGoneBack(first, last) ? [RESTARTED] : [])],
  }
}

function columnsOf(samples: readonly Sample[]): { [C in ColumnName]: Column } {
  const gauge = (name: LevelName): Column => column(samples.map(({ levels }) => levels[name]))
  const gained = (name: LevelName): Column =>
    column(samples.map(({ levels }) => gain(samples[0]?.levels[name] ?? null, levels[name])))
  const throughput = (counter: LevelName, average: LevelName): Column =>
    column(samples.map((sample, i) => perSecond(samples[i - 1], sample, counter))) ?? gauge(average)
  return {
    running: gauge('running'),
    waiting: gauge('waiting'),
    swapped: gauge('swapped'),
    kvCacheUse: gauge('kvCacheUse'),
    promptThroughput: throughput('promptTokens', 'promptThroughput'),
    generationThroughput: throughput('generationTokens', 'generationThroughput'),
    preemptions: gained('preemptions'),
  }
}

function column(values: readonly (number | null)[]): Column {
  return values.every((value) => value === null)
    ? null
    : values.map((value) => (value === null ? null : thousandths(value)))
}

function perSecond(before: Sample | undefined, { at, levels }: Sample, counter: LevelName): number | null {
  if (before === undefined || at <= before.at) return null
  const tokens = gain(before.levels[counter], levels[counter])
  return tokens === null ? null : (tokens / (at - before.at)) * MS_PER_SECOND
}

/** Null where the counter went back, too: what was counted in between is lost. */
function gain(before: number | null, after: number | null): number | null {
  return before === null || after === null || after < before ? null : after - before
}

function summarise(values: readonly (number | null)[]): Telemetry['summary']['running'] {
  const told = values.filter((value) => value !== null)
  if (told.length === 0) return null
  return {
    min: told.reduce((a, b) => Math.min(a, b)),
    mean: thousandths(told.reduce((a, b) => a + b) / told.length),
    max: told.reduce((a, b) => Math.max(a, b)),
  }
}

function histogramsOf({ first, last }: Sampled): Telemetry['histograms'] {
  const before = first?.histograms() ?? {}
  const after = last?.histograms() ?? {}
  const deltas = HISTOGRAM_NAMES.map((name) => {
    const histogram = after[name]
    return [name, histogram === undefined ? null : histogramDelta(before[name], histogram)] as const
  })
  return Object.fromEntries(deltas) as Telemetry['histograms']
}

function prefixCacheOf({ first, last }: Sampled): Telemetry['prefixCache'] {
  if (first === null || last === null) return null
  const hits = gain(first.levels.prefixHits, last.levels.prefixHits)
  const queries = gain(first.levels.prefixQueries, last.levels.prefixQueries)
  return hits === null ? null : { hits: Math.round(hits), queries: queries === null ? null : Math.round(queries) }
}

const COUNTERS = ['promptTokens', 'generationTokens', 'preemptions', 'prefixHits'] as const

function hasGoneBack(first: Sampled['first'], last: Sampled['last']): boolean {
  return COUNTERS.some((name) => {
    const before = first?.levels[name] ?? null
    const after = last?.levels[name] ?? null
    return before !== null && after !== null && after < before
  })
}

function middle(values: readonly Ms[]): Ms | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
