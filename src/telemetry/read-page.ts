import { HISTOGRAM_NAMES, LEVEL_NAMES, type Levels, type MetricsTable } from '../frameworks/metrics-table.ts'
import { readHistogram } from './histogram.ts'
import { parseMetricsText, type MetricsPage } from '../base/metrics-text.ts'
import { NOTHING_TOLD, type Histograms, type Reading } from './reading.ts'
import { readTrtllmIterations } from './trtllm-iterations.ts'

/** What a page of metrics says, by the first of `tables` that knows it; null when none does. Never throws. */
export function readPage(text: string, tables: readonly MetricsTable[]): Reading | null {
  if (text.trimStart().startsWith('[')) return readTrtllmIterations(text)
  const page = parseMetricsText(text)
  const names = [...page.keys()]
  const table = tables.find(({ mark }) => names.some((name) => name.startsWith(mark)))
  if (table === undefined) return null
  return { levels: levelsOf(page, table), histograms: () => histogramsOf(page, table) }
}

function levelsOf(page: MetricsPage, { levels }: MetricsTable): Levels {
  const told = LEVEL_NAMES.map((name) => [name, nonNegative(levels[name]?.(page) ?? null)] as const)
  return { ...NOTHING_TOLD, ...Object.fromEntries(told) }
}

/** None of these numbers can be below 0: a server that says so says nothing. */
function nonNegative(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null
}

function histogramsOf(page: MetricsPage, { histograms }: MetricsTable): Histograms {
  const told = HISTOGRAM_NAMES.flatMap((name) => {
    const found = histograms[name]?.map((each) => readHistogram(page, each)).find((each) => each !== null)
    return found === undefined || found === null ? [] : [[name, found] as const]
  })
  return Object.fromEntries(told)
}
