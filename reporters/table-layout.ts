import type { CaseReport } from '../src/metrics/pool-trials.ts'
import { COLUMNS, columnsOf, type Column } from './columns.ts'
import { lettersOf, type Footnote } from './footnotes.ts'
import type { Group } from './groups.ts'
import type { RowTags } from './row-tags.ts'
import { layOutGrid, paint, type Grid, type GridCell, type GridColumn, type Style } from './text-grid.ts'
import { truncate } from './text-width.ts'
import { ABSENT, formatFixed, formatRequestRate } from './units.ts'
import { VERDICT_MARKS, caseVerdict, doubtOn, type CaseVerdict } from './verdicts.ts'

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

/** How each verdict is painted. */
export const VERDICT_STYLES: Readonly<Record<CaseVerdict, Style | null>> = {
  pass: 'green',
  fail: 'red',
  inconclusive: 'yellow',
  invalid: 'red',
  unjudged: null,
}

const INDENT = '  '

/** What is to be laid out, and for which terminal. */
export interface LayoutInput {
  readonly width: number
  readonly color: boolean
  readonly groups: readonly Group[]
  readonly footnotes: readonly Footnote[]
  readonly tags: RowTags
}

/** The lines of the table itself. */
export interface Layout {
  readonly lines: readonly string[]
  /** Titles of columns that found no room. */
  readonly leftOut: readonly string[]
}

/** The complete table in one line a row if it fits, else rows under headings with the columns that do. */
export function chooseLayout(input: LayoutInput): Layout {
  const wide = layOutWide(input)
  if (wide.width <= input.width) return { lines: [...wide.head, ...wide.rows], leftOut: [] }
  const narrow = DISPENSABLE.map((_, dropped) => layOutNarrow(input, new Set(DISPENSABLE.slice(0, dropped).flat())))
  const fitting = narrow.find(({ grid }) => grid.width + INDENT.length <= input.width)
  if (fitting !== undefined) return { lines: underHeadings(fitting.grid, input), leftOut: fitting.leftOut }
  const { grid, leftOut } = layOutNarrow({ ...input, color: false }, new Set(DISPENSABLE.flat()))
  return { lines: underHeadings(grid, { ...input, color: false }).map((line) => truncate(line, input.width)), leftOut }
}

function layOutWide({ groups, footnotes, tags, color }: LayoutInput): Grid {
  const runs = groups.flatMap((group) => group.runs)
  const shown = columnsOf(runs)
  const columns: GridColumn[] = [
    { group: 'framework', header: 'and variant', align: 'left' },
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...shown.map(({ wide: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const numbers = shown.map((column) => numberCells(column, runs, rateDecimals(column, runs) ?? column.decimals))
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
  const runs = groups.flatMap((group) => group.runs)
  const all = columnsOf(runs)
  const shown = all.filter(({ id }) => !gone.has(id))
  const columns: GridColumn[] = [
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...shown.map(({ narrow: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const numbers = shown.map((column) =>
    numberCells(column, runs, rateDecimals(column, runs) ?? narrowDecimals(column, runs)),
  )
  const rows = runs.map((run, i) => [
    ...tagCells(run, tags),
    ...numbers.map((column) => column[i] ?? { text: ABSENT, style: null }),
    verdictCell(run, footnotes),
  ])
  const leftOut = all.filter(({ id }) => gone.has(id)).map(({ title }) => title)
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

/** The cells of one column. A number whose objective did not pass carries a sign; the others leave room for it. */
function numberCells(column: Column, runs: readonly CaseReport[], decimals: number): GridCell[] {
  const anyDoubt = runs.some((run) => doubtOn(run, column.id) !== null)
  return runs.map((run) => {
    const value = column.value(run)
    const text = column.id === 'requestRate' && value === null ? formatRequestRate(value) : formatFixed(value, decimals)
    const doubt = doubtOn(run, column.id)
    const mark = doubt === null ? ' ' : VERDICT_MARKS[doubt]
    return { text: anyDoubt ? text + mark : text, style: doubt === null ? null : VERDICT_STYLES[doubt] }
  })
}

/** As many decimals as the rates need; null for other columns. */
export function rateDecimals({ id, value }: Column, runs: readonly CaseReport[]): number | null {
  if (id !== 'requestRate') return null
  return Math.max(...runs.map((run) => (String(value(run) ?? '').split('.')[1] ?? '').slice(0, 3).length))
}

/** About three digits: percentiles of one metric share their decimals, or their points would not line up to the eye. */
export function narrowDecimals(column: Column, runs: readonly CaseReport[]): number {
  if (column.decimals === 0) return 0
  const family = COLUMNS.filter(({ narrow: [group] }) => group !== '' && group === column.narrow[0])
  const values = (family.length === 0 ? [column] : family).flatMap(({ value }) => runs.map((run) => value(run) ?? 0))
  const largest = Math.max(...values)
  if (largest >= 1000) return 0
  return largest >= 10 ? 1 : 2
}

function tagCells(run: CaseReport, tags: RowTags): GridCell[] {
  return tags.header.map(() => ({ text: tags.tags.get(run) ?? '', style: null }))
}

function verdictCell(run: CaseReport, footnotes: readonly Footnote[]): GridCell {
  const word = caseVerdict(run)
  const letters = lettersOf(run, footnotes)
  return { text: `${VERDICT_MARKS[word]} ${word} ${letters}`.trimEnd(), style: VERDICT_STYLES[word] }
}
