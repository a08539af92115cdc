import type { CaseReport } from '../src/metrics/pool-trials.ts'
import type { Distribution } from '../src/report.ts'
import { MS_PER_SECOND } from '../src/base/units.ts'

/** A number of a run as the tables show it, in the order of the published study. */
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
  /** Of which samples it is a quantile; absent for other numbers. */
  readonly percentile?: { readonly metric: 'ttft' | 'tpot'; readonly q: number }
  /** In the unit of the heading; null where there is no such number. */
  readonly value: (run: CaseReport) => number | null
}

const LATENCY_STATISTICS = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
] as const

/** The columns that every table has between the name of the row and its verdict. */
export const COLUMNS: readonly Column[] = [
  {
    id: 'requestRate',
    title: 'request-rate',
    wide: ['request', 'rate'],
    narrow: ['', 'rate'],
    decimals: 1,
    value: ({ load }) => load.requestRate,
  },
  {
    id: 'numPrompts',
    title: 'num-prompts',
    wide: ['num', 'prompts'],
    narrow: ['', 'n'],
    decimals: 0,
    value: ({ metrics }) => metrics.completed + metrics.failed,
  },
  {
    id: 'durationMs',
    title: 'duration (s)',
    wide: ['duration', '(s)'],
    narrow: ['', 'dur s'],
    decimals: 2,
    value: ({ metrics }) => metrics.durationMs / MS_PER_SECOND,
  },
  {
    id: 'inputTokens',
    title: 'total input tokens',
    wide: ['total tokens', 'input'],
    narrow: ['tokens', 'in'],
    decimals: 0,
    value: ({ metrics }) => metrics.inputTokens,
  },
  {
    id: 'outputTokens',
    title: 'total generated tokens',
    wide: ['total tokens', 'generated'],
    narrow: ['tokens', 'out'],
    decimals: 0,
    value: ({ metrics }) => metrics.outputTokens,
  },
  {
    id: 'requestThroughput',
    title: 'request throughput (req/s)',
    wide: ['throughput', 'req/s'],
    narrow: ['', 'req/s'],
    decimals: 2,
    value: ({ metrics }) => metrics.requestThroughput,
  },
  {
    id: 'inputThroughput',
    title: 'input token throughput (tok/s)',
    wide: ['throughput', 'input tok/s'],
    narrow: ['tok/s', 'in'],
    decimals: 2,
    value: ({ metrics }) => metrics.inputThroughput,
  },
  {
    id: 'outputThroughput',
    title: 'output token throughput (tok/s)',
    wide: ['throughput', 'output tok/s'],
    narrow: ['tok/s', 'out'],
    decimals: 2,
    value: ({ metrics }) => metrics.outputThroughput,
  },
  ...latencyColumns('TTFT', 'ttft', ({ metrics }) => metrics.ttft),
  ...latencyColumns('TPOT', 'tpot', ({ metrics }) => metrics.tpot),
]

/** The share that a prefix cache had: where it helped, no latency can be read without it. */
const CACHED: Column = {
  id: 'cachedPromptShare',
  title: 'prompt tokens from the prefix cache (%)',
  wide: ['cached', '(%)'],
  narrow: ['', 'cached %'],
  decimals: 1,
  value: ({ validity }) => (validity.cachedPromptShare === null ? null : validity.cachedPromptShare * 100),
}

/** The columns of a table of these runs: with the share of the prefix cache where any prompt token came from one. */
export function columnsOf(runs: readonly CaseReport[]): readonly Column[] {
  if (!runs.some(hasCachedPrompts)) return COLUMNS
  const after = COLUMNS.findIndex(({ id }) => id === 'outputTokens') + 1
  return COLUMNS.toSpliced(after, 0, CACHED)
}

/** Whether the server told that prompt tokens came from its prefix cache. */
export function hasCachedPrompts({ validity }: CaseReport): boolean {
  return (validity.cachedPromptShare ?? 0) > 0
}

function latencyColumns(
  name: string,
  metric: 'ttft' | 'tpot',
  pick: (run: CaseReport) => Distribution | null,
): Column[] {
  return LATENCY_STATISTICS.map(([statistic, q]) => ({
    id: `${metric}.${statistic}`,
    title: `${statistic.toUpperCase()} ${name} (ms)`,
    wide: [`${name} (ms)`, statistic.toUpperCase()],
    narrow: [`${name} ms`, statistic],
    decimals: 2,
    percentile: { metric, q },
    value: (run) => pick(run)?.[statistic] ?? null,
  }))
}
