import { MS_PER_SECOND } from '../src/base/units.ts'
import { durationMs } from '../src/metrics/duration.ts'
import { metricPath } from '../src/metrics/find-metric.ts'
import type { Metric } from '../src/metrics/metric.ts'
import type { Statistic } from '../src/metrics/statistic.ts'
import { inputThroughput, outputThroughput, requestThroughput } from '../src/metrics/throughput.ts'
import { inputTokens, outputTokens } from '../src/metrics/totals.ts'
import { tpot } from '../src/metrics/tpot.ts'
import { ttft } from '../src/metrics/ttft.ts'
import type { CaseReport } from '../src/report.ts'
import type { PublishedRow } from './html/published-study.ts'

/** A number of a case as the tables show it: all that any of them knows of it. */
export interface Column {
  /** The path an objective would use: `ttft.p99`. */
  readonly id: string
  /** The complete heading, with the unit. */
  readonly title: string
  /** Two lines of heading for a wide table; columns with the same first line are joined under it. */
  readonly wide: readonly [group: string, header: string]
  /** The same for a narrow one. */
  readonly narrow: readonly [group: string, header: string]
  /** As many as the study prints. */
  readonly decimals: number
  /** A narrow table does without it: those with the lowest number go first. Null for one that stays. */
  readonly leaves: number | null
  /** Which values are best; null for a number that follows from the load. */
  readonly better: Metric['better'] | null
  /** Where the published study prints it; null where it does not. */
  readonly published: keyof PublishedRow | null
  /** Of which samples it is a quantile; null for other numbers. */
  readonly percentile: { readonly metric: 'ttft' | 'tpot'; readonly q: number } | null
  /** In the unit of the heading; null where there is no such number. */
  readonly value: (row: CaseReport) => number | null
}

/** The columns that every table has between the name of the row and its verdict, in the order of the published study. */
export const COLUMNS: readonly Column[] = [
  {
    ...plain('requestRate', ({ load }) => load.requestRate),
    title: 'request-rate',
    wide: ['request', 'rate'],
    narrow: ['', 'rate'],
    decimals: 1,
    leaves: null,
  },
  {
    ...plain('numPrompts', ({ metrics }) => metrics.completed + metrics.failed),
    title: 'num-prompts',
    wide: ['num', 'prompts'],
    narrow: ['', 'n'],
    decimals: 0,
    leaves: 6,
  },
  {
    ...ofMetric(durationMs),
    title: 'duration (s)',
    wide: ['duration', '(s)'],
    narrow: ['', 'dur s'],
    decimals: 2,
    leaves: 3,
    better: null,
    published: 'durationSec',
    value: ({ metrics }) => metrics.durationMs / MS_PER_SECOND,
  },
  {
    ...ofMetric(inputTokens),
    title: 'total input tokens',
    wide: ['total tokens', 'input'],
    narrow: ['tokens', 'in'],
    decimals: 0,
    leaves: 1,
    better: null,
    published: 'totalInputTokens',
  },
  {
    ...ofMetric(outputTokens),
    title: 'total generated tokens',
    wide: ['total tokens', 'generated'],
    narrow: ['tokens', 'out'],
    decimals: 0,
    leaves: 1,
    better: null,
    published: 'totalOutputTokens',
  },
  {
    ...ofMetric(requestThroughput),
    title: 'request throughput (req/s)',
    wide: ['throughput', 'req/s'],
    narrow: ['', 'req/s'],
    decimals: 2,
    leaves: 5,
    published: 'requestThroughput',
  },
  {
    ...ofMetric(inputThroughput),
    title: 'input token throughput (tok/s)',
    wide: ['throughput', 'input tok/s'],
    narrow: ['tok/s', 'in'],
    decimals: 2,
    leaves: 2,
    published: 'inputThroughput',
  },
  {
    ...ofMetric(outputThroughput),
    title: 'output token throughput (tok/s)',
    wide: ['throughput', 'output tok/s'],
    narrow: ['tok/s', 'out'],
    decimals: 2,
    leaves: 8,
    published: 'outputThroughput',
  },
  { ...ofPercentile(ttft, 'p50', 0.5), leaves: 7, published: 'p50Ttft' },
  { ...ofPercentile(ttft, 'p90', 0.9), leaves: 4, published: 'p90Ttft' },
  { ...ofPercentile(ttft, 'p99', 0.99), leaves: 10, published: 'p99Ttft' },
  { ...ofPercentile(tpot, 'p50', 0.5), leaves: 7, published: 'p50Tpot' },
  { ...ofPercentile(tpot, 'p90', 0.9), leaves: 4, published: 'p90Tpot' },
  { ...ofPercentile(tpot, 'p99', 0.99), leaves: 9, published: 'p99Tpot' },
]

/** The share that a prefix cache had: where it helped, no latency can be read without it. */
const CACHED: Column = {
  ...plain('cachedPromptShare', ({ validity }) =>
    validity.cachedPromptShare === null ? null : validity.cachedPromptShare * 100,
  ),
  title: 'prompt tokens from the prefix cache (%)',
  wide: ['cached', '(%)'],
  narrow: ['', 'cached %'],
  decimals: 1,
  leaves: null,
}

/** The columns of a table of these cases: with the share of the prefix cache where any prompt token came from one. */
export function columnsOf(cases: readonly CaseReport[]): readonly Column[] {
  if (!cases.some(hasCachedPrompts)) return COLUMNS
  const after = COLUMNS.findIndex(({ id }) => id === outputTokens.id) + 1
  return COLUMNS.toSpliced(after, 0, CACHED)
}

/** Whether the server told that prompt tokens came from its prefix cache. */
export function hasCachedPrompts({ validity }: CaseReport): boolean {
  return (validity.cachedPromptShare ?? 0) > 0
}

type Source = Pick<Column, 'id' | 'better' | 'published' | 'percentile' | 'value'>

/** What is no metric, and so never best and no quantile. */
function plain(id: string, value: Column['value']): Source {
  return { id, better: null, published: null, percentile: null, value }
}

function ofMetric(metric: Metric): Source {
  return { ...plain(metric.id, ({ metrics }) => metric.read(metrics, null)), better: metric.better }
}

function ofPercentile(
  metric: typeof ttft | typeof tpot,
  statistic: Statistic,
  q: number,
): Omit<Column, 'leaves' | 'published'> {
  const { id, label, unit, better } = metric
  return {
    id: metricPath(metric, statistic),
    title: `${statistic.toUpperCase()} ${label} (${unit})`,
    wide: [`${label} (${unit})`, statistic.toUpperCase()],
    narrow: [`${label} ${unit}`, statistic],
    decimals: 2,
    better,
    percentile: { metric: id, q },
    value: ({ metrics }) => metric.read(metrics, statistic),
  }
}
