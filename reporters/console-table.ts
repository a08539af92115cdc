import type { BenchReport, RunReport } from '../src/report.ts'
import { COLUMNS, type Column } from './columns.ts'
import { allSimulated, collectFootnotes, lettersOf, type Footnote } from './footnotes.ts'
import { groupRuns, labelRuns, type Group } from './groups.ts'
import { firstLine, plainLine } from './plain-text.ts'
import { layOutGrid, paint, type Grid, type GridCell, type GridColumn, type Style } from './text-grid.ts'
import { truncate, wrap } from './text-width.ts'
import { rowTags, type RowTags } from './row-tags.ts'
import { ABSENT, formatFixed, formatRequestRate } from './units.ts'
import { VERDICT_MARKS, caseVerdict, describeVerdict, isViolated, summarize, type CaseVerdict } from './verdicts.ts'

export interface TableOptions {
  /** Terminal cells in a line; no line is longer. */
  readonly width: number
  /** Paint with ANSI escapes. Every colour comes with a sign, so nothing is lost without. */
  readonly color: boolean
}

/** What a narrow table does without, first to go first. Rate and verdict always stay. */
const DISPENSABLE: readonly (readonly string[])[] = [
  ['inputTokens', 'outputTokens'],
  ['inputThroughput'],
  ['durationMs'],
  ['ttft.p90', 'tpot.p90'],
  ['requestThroughput'],
  ['numPrompts'],
  ['ttft.p50', 'tpot.p50'],
  ['outputThroughput'],
  ['tpot.p99'],
  ['ttft.p99'],
]

const VERDICT_STYLES: Readonly<Record<CaseVerdict, Style | null>> = {
  pass: 'green',
  fail: 'red',
  inconclusive: 'yellow',
  invalid: 'red',
  unjudged: null,
}

const INDENT = '  '

/**
 * The comparison table for a terminal, with a trailing newline.
 *
 * As many columns of the study as fit: all of them in one line each (from about 170 cells on), else under a heading
 * for each framework and variant, without the columns that find no room. Below the table stand the objectives that
 * were not met, the cases that did not run, the footnotes, and the columns that are missing.
 */
export function renderTable(report: BenchReport, { width, color }: TableOptions): string {
  const groups = groupRuns(report.runs)
  const runs = groups.flatMap((group) => group.runs)
  const footnotes = collectFootnotes(runs)
  const tags = rowTags(groups)
  const table = runs.length === 0 ? { lines: [], leftOut: [] } : chooseLayout({ groups, footnotes, tags, width, color })
  const sections = [
    wrap(heading(report), width, INDENT).map((line) => paint(line, 'bold', color)),
    table.lines,
    [
      ...tags.legend.flatMap((line) => wrap(line, width, '   ')),
      ...footnotes.flatMap(({ letter, lines }) => lines.flatMap((line) => wrap(`${letter}  ${line}`, width, '   '))),
    ],
    doubtfulVerdicts(runs, width, color),
    report.failedCases.flatMap(({ case: name, framework, message }) => {
      const where = framework === null ? '' : ` (${plainLine(framework)})`
      const line = `✗ ${plainLine(name)}${where} did not run: ${firstLine(message)}`
      return wrap(line, width, INDENT).map((part) => paint(part, 'red', color))
    }),
    table.leftOut.length === 0
      ? []
      : wrap(`not shown: ${table.leftOut.join(', ')}; all columns: bench-results/report.md`, width, INDENT).map(
          (line) => paint(line, 'dim', color),
        ),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function heading(report: BenchReport): string {
  const { runs } = report
  const facts = [
    summarize(report),
    theOnly(runs.map(({ target }) => target.model)),
    theOnly(runs.map(({ load }) => load.dataset)),
    theOnly(runs.map(({ load }) => load.arrival)),
    allSimulated(runs) ? 'simulated, no real server' : null,
  ]
  return facts.filter((fact) => fact !== null).join(' · ')
}

/** What all runs have in common, or null. */
function theOnly(values: readonly (string | null)[]): string | null {
  const first = values[0] ?? null
  return first !== null && values.every((value) => value === first) ? plainLine(first) : null
}

interface LayoutInput extends TableOptions {
  readonly groups: readonly Group[]
  readonly footnotes: readonly Footnote[]
  readonly tags: RowTags
}

interface Layout {
  readonly lines: readonly string[]
  /** Titles of columns that found no room. */
  readonly leftOut: readonly string[]
}

function chooseLayout(input: LayoutInput): Layout {
  const wide = layOutWide(input)
  if (wide.width <= input.width) return { lines: [...wide.head, ...wide.rows], leftOut: [] }
  const narrow = DISPENSABLE.map((_, dropped) => layOutNarrow(input, new Set(DISPENSABLE.slice(0, dropped).flat())))
  const fitting = narrow.find(({ grid }) => grid.width + INDENT.length <= input.width)
  if (fitting !== undefined) return { lines: underHeadings(fitting.grid, input), leftOut: fitting.leftOut }
  const { grid, leftOut } = layOutNarrow({ ...input, color: false }, new Set(DISPENSABLE.flat()))
  return { lines: underHeadings(grid, { ...input, color: false }).map((line) => truncate(line, input.width)), leftOut }
}

function layOutWide({ groups, footnotes, tags, color }: LayoutInput): Grid {
  const columns: GridColumn[] = [
    { group: 'framework', header: 'and variant', align: 'left' },
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...COLUMNS.map(({ wide: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const runs = groups.flatMap((group) => group.runs)
  const numbers = COLUMNS.map((column) => numberCells(column, runs, rateDecimals(column, runs) ?? column.decimals))
  const labels = groups.flatMap(({ title, runs: { length } }) => [title, ...Array<string>(length - 1).fill('')])
  const rows = runs.map((run, i) => [
    { text: labels[i] ?? '', style: 'bold' as const },
    ...tagCells(run, tags),
    ...numbers.map((column) => column[i] ?? { text: ABSENT, style: null }),
    verdictCell(run, footnotes),
  ])
  return layOutGrid(columns, rows, color)
}

function layOutNarrow(
  { groups, footnotes, tags, color }: LayoutInput,
  gone: ReadonlySet<string>,
): { grid: Grid; leftOut: string[] } {
  const shown = COLUMNS.filter(({ id }) => !gone.has(id))
  const columns: GridColumn[] = [
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...shown.map(({ narrow: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const runs = groups.flatMap((group) => group.runs)
  const numbers = shown.map((column) =>
    numberCells(column, runs, rateDecimals(column, runs) ?? narrowDecimals(column, runs)),
  )
  const rows = runs.map((run, i) => [
    ...tagCells(run, tags),
    ...numbers.map((column) => column[i] ?? { text: ABSENT, style: null }),
    verdictCell(run, footnotes),
  ])
  const leftOut = COLUMNS.filter(({ id }) => gone.has(id)).map(({ title }) => title)
  return { grid: layOutGrid(columns, rows, color), leftOut }
}

function underHeadings(grid: Grid, { groups, width, color }: LayoutInput): string[] {
  const lines = grid.head.map((line) => INDENT + line)
  let row = 0
  for (const { title, runs } of groups) {
    lines.push(paint(truncate(title, width), 'bold', color))
    for (const line of grid.rows.slice(row, row + runs.length)) lines.push(INDENT + line)
    row += runs.length
  }
  return lines
}

/** The cells of one column. A number that missed its objective carries a sign; the others leave room for it. */
function numberCells(column: Column, runs: readonly RunReport[], decimals: number): GridCell[] {
  const anyViolated = runs.some((run) => isViolated(run, column.id))
  return runs.map((run) => {
    const value = column.value(run)
    const text = column.id === 'requestRate' && value === null ? formatRequestRate(value) : formatFixed(value, decimals)
    const violated = isViolated(run, column.id)
    const mark = violated ? VERDICT_MARKS.fail : ' '
    return { text: anyViolated ? text + mark : text, style: violated ? 'red' : null }
  })
}

/** As many decimals as the rates need; null for other columns. */
function rateDecimals({ id, value }: Column, runs: readonly RunReport[]): number | null {
  if (id !== 'requestRate') return null
  return Math.max(...runs.map((run) => (String(value(run) ?? '').split('.')[1] ?? '').slice(0, 3).length))
}

/** About three digits: percentiles of one metric share their decimals, or their points would not line up to the eye. */
function narrowDecimals(column: Column, runs: readonly RunReport[]): number {
  if (column.decimals === 0) return 0
  const family = COLUMNS.filter(({ narrow: [group] }) => group !== '' && group === column.narrow[0])
  const values = (family.length === 0 ? [column] : family).flatMap(({ value }) => runs.map((run) => value(run) ?? 0))
  const largest = Math.max(...values)
  if (largest >= 1000) return 0
  return largest >= 10 ? 1 : 2
}

function tagCells(run: RunReport, tags: RowTags): GridCell[] {
  return tags.header.map(() => ({ text: tags.tags.get(run) ?? '', style: null }))
}

function verdictCell(run: RunReport, footnotes: readonly Footnote[]): GridCell {
  const word = caseVerdict(run)
  const letters = lettersOf(run, footnotes)
  return { text: `${VERDICT_MARKS[word]} ${word} ${letters}`.trimEnd(), style: VERDICT_STYLES[word] }
}

function doubtfulVerdicts(runs: readonly RunReport[], width: number, color: boolean): string[] {
  const labels = labelRuns(runs)
  return (['fail', 'invalid', 'inconclusive'] as const).flatMap((word) =>
    runs.flatMap((run) =>
      run.verdicts
        .filter(({ verdict }) => verdict === word)
        .flatMap((verdict) =>
          wrap(`${VERDICT_MARKS[word]} ${labels.get(run)}: ${describeVerdict(verdict)}`, width, INDENT).map((line) =>
            paint(line, VERDICT_STYLES[word], color),
          ),
        ),
    ),
  )
}
