import { afterAll, test } from 'vitest'
import {
  describeServing,
  expect,
  lmdeploy,
  mlcLlm,
  vllm,
  type Dataset,
  type ServingRun,
  type Target,
} from '../src/index.ts'
import {
  type Cells,
  COLUMNS,
  deviations,
  PUBLISHED,
  type PublishedRow,
  rowName,
  STUDY,
} from '../fixtures/published-study.ts'
import { studyLoad } from './study-load.ts'

// The study's tables, row by row, through the whole path: load generator, protocol bytes, decoder, metrics. A change of the
// engine model that loses fidelity fails here. Not part of the ordinary bench, whose table would have its rows twice.

/**
 * How far a cell may be off, and why: the worst of its class as fitted (docs/simulator.md) and a little. The simulation is
 * the same every time, so there is no noise to allow for.
 */
const TOLERANCES: Readonly<Record<(typeof COLUMNS)[number], number>> = {
  // Mostly decided by the arrivals, which are exact.
  duration: 0.04,
  // 10 % where the batch cap is just reached or the queue grows, 6 % elsewhere.
  'TTFT P50': 0.12,
  // Which prompts met each other decides a tail, and the study's own prompts are unknown.
  'TTFT P90': 0.16,
  // One or two of a hundred requests.
  'TTFT P99': 0.16,
  // A weighted mean of iteration costs: what the model is about.
  'TPOT P50': 0.08,
  'TPOT P90': 0.12,
  // The short answers that shared their few steps with somebody's long prompt.
  'TPOT P99': 0.12,
}
/** Throughputs are counts over the duration. */
const THROUGHPUT_TOLERANCE = 0.04

const FRAMEWORKS = [
  { framework: 'vllm', target: vllm },
  { framework: 'lmdeploy', target: lmdeploy },
  { framework: 'mlc-llm', target: mlcLlm },
]

if (process.env['LLM_BENCH_PUBLISHED'] === '1') {
  for (const { framework, target } of FRAMEWORKS) {
    const rows = PUBLISHED.filter((row) => row.framework === framework)
    const lines: string[] = []
    afterAll(() => console.log([heading(), ...lines].join('\n')))
    for (const variant of new Set(rows.map((row) => row.variant)))
      compareVariant(target.simulated({ variant }), rows, lines)
  }
} else {
  test('the published tables, row by row', ({ skip }) => {
    console.log('Skipped, since its rows repeat those of the other files: LLM_BENCH_PUBLISHED=1 runs it.')
    skip()
  })
}

function compareVariant(target: Target, published: readonly PublishedRow[], lines: string[]): void {
  const rows = published.filter(({ variant }) => variant === target.variant)
  describeServing(
    'Published study of May 2024',
    {
      targets: [target],
      requestRates: rows.map(({ requestRate }) => requestRate),
      load: (cell) => ({ ...studyLoad(cell), dataset: studyAsAnswered(target) }),
    },
    (run, { requestRate }) => {
      const row = rows.find((candidate) => candidate.requestRate === requestRate)!
      lines.push(...comparison(row, cellsOf(run)))
      checkRow(row, run)
    },
  )
}

/**
 * The study's requests, asking for the lengths that the answers really had: vLLM ran to max_tokens, lmdeploy and mlc-llm
 * stopped earlier by themselves. These engines allocate as they go, so it makes no difference to them who knows the end.
 */
function studyAsAnswered(target: Target): Dataset {
  const { label, sample } = studyLoad({ requestRate: 5 }).dataset!
  const stopped = STUDY.stopped[target.framework]
  return {
    label: stopped === undefined ? label : `${label}, stopped early`,
    sample: async (options) => {
      const requests = await sample(options)
      return requests.map((request, index) => ({ ...request, outputTokens: stopped?.[index] ?? request.outputTokens }))
    },
  }
}

function checkRow(row: PublishedRow, run: ServingRun): void {
  for (const [column, off] of deviations(cellsOf(run), row).entries()) {
    if (!Number.isNaN(off)) expectWithin(`${rowName(row)}, ${COLUMNS[column]}`, off, TOLERANCES[COLUMNS[column]!])
  }
  for (const name of ['requestThroughput', 'outputThroughput'] as const) {
    expectWithin(`${rowName(row)}, ${name}`, run[name] / row[name] - 1, THROUGHPUT_TOLERANCE)
  }
}

function expectWithin(what: string, off: number, tolerance: number): void {
  expect.soft(Math.abs(off), `${what} is ${(100 * off).toFixed(1)} % off`).toBeLessThanOrEqual(tolerance)
}

function cellsOf({ durationMs, ttft, tpot }: ServingRun): Cells {
  return [durationMs, ...[ttft, tpot].flatMap((values) => [values!.p50, values!.p90, values!.p99])]
}

function heading(): string {
  return `\n${''.padEnd(34)}${COLUMNS.map((column) => column.padStart(11)).join('')}   (ms)`
}

/** Our row above the published one above the difference. */
function comparison(row: PublishedRow, cells: Cells): string[] {
  const line = (name: string, texts: readonly string[]): string =>
    `${name.padEnd(34)}${texts.map((text) => text.padStart(11)).join('')}`
  return [
    line(`${rowName(row)} simulated`, cells.map(msText)),
    line(`${''.padEnd(rowName(row).length)} published`, row.cells.map(msText)),
    line(
      '',
      deviations(cells, row).map((off) => (Number.isNaN(off) ? '-' : `${(100 * off).toFixed(1)} %`)),
    ),
  ]
}

function msText(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(1)
}
