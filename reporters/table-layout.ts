import type { CaseReport } from '../src/report.ts'
import { COLUMNS, columnsOf, type Column } from './columns.ts'
import { lettersOf, type Footnote } from './footnotes.ts'
import type { Group } from './groups.ts'
import type { RowTags } from './row-tags.ts'
import { layOutGrid, paint, type Grid, type GridCell, type GridColumn, type Style } from './text-grid.ts'
import { truncate } from './text-width.ts'
import { ABSENT, formatFixed, formatRequestRate } from './units.ts'
import { VERDICT_MARKS, caseVerdict, type CaseVerdict } from '../src/verdict/case-verdict.ts'
import { doubtOn } from './verdicts.ts'

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
  const steps = Math.max(...COLUMNS.map(({ leaves }) => leaves ?? 0))
  const narrow = Array.from({ length: steps }, (_, step) => layOutNarrow(input, step))
  const fitting = narrow.find(({ grid }) => grid.width + INDENT.length <= input.width)
  if (fitting !== undefined) return { lines: underHeadings(fitting.grid, input), leftOut: fitting.leftOut }
  const { grid, leftOut } = layOutNarrow({ ...input, color: false }, steps)
  return { lines: underHeadings(grid, { ...input, color: false }).map((line) => truncate(line, input.width)), leftOut }
}

function layOutWide({ groups, footnotes, tags, color }: LayoutInput): Grid {
  const cases = groups.flatMap((group) => group.cases)
  const shown = columnsOf(cases)
  const columns: GridColumn[] = [
    { group: 'framework', header: 'and variant', align: 'left' },
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...shown.map(({ wide: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const numbers = shown.map((column) => numberCells(column, cases, rateDecimals(column, cases) ?? column.decimals))
  const labels = groups.flatMap(({ title, cases: { length } }) => [title, ...Array<string>(length - 1).fill('')])
  const rows = cases.map((row, i) => [
    { text: labels[i] ?? '', style: 'bold' as const },
    ...tagCells(row, tags),
    ...numbers.map((column) => column[i] ?? { text: ABSENT, style: null }),
    verdictCell(row, footnotes),
  ])
  return layOutGrid(columns, rows, color)
}

/** Without the columns that leave up to this step. */
function layOutNarrow(
  { groups, footnotes, tags, color }: LayoutInput,
  step: number,
): { grid: Grid; leftOut: string[] } {
  const cases = groups.flatMap((group) => group.cases)
  const all = columnsOf(cases)
  const isGone = ({ leaves }: Column): boolean => leaves !== null && leaves <= step
  const shown = all.filter((column) => !isGone(column))
  const columns: GridColumn[] = [
    ...tags.header.map((header) => ({ group: '', header, align: 'left' as const })),
    ...shown.map(({ narrow: [group, header] }) => ({ group, header, align: 'right' as const })),
    { group: '', header: 'verdict', align: 'left' },
  ]
  const numbers = shown.map((column) =>
    numberCells(column, cases, rateDecimals(column, cases) ?? narrowDecimals(column, cases)),
  )
  const rows = cases.map((row, i) => [
    ...tagCells(row, tags),
    ...numbers.map((column) => column[i] ?? { text: ABSENT, style: null }),
    verdictCell(row, footnotes),
  ])
  const leftOut = all.filter(isGone).map(({ title }) => title)
  return { grid: layOutGrid(columns, rows, color), leftOut }
}

function underHeadings(grid: Grid, { groups, width, color }: LayoutInput): string[] {
  const lines = grid.head.map((line) => INDENT + line)
  let row = 0
  for (const { title, cases } of groups) {
    lines.push(paint(truncate(title, width), 'bold', color))
    for (const line of grid.rows.slice(row, row + cases.length)) lines.push(INDENT + line)
    row += cases.length
  }
  return lines
}

/** The cells of one column. A number whose objective did not pass carries a sign; the others leave room for it. */
function numberCells(column: Column, cases: readonly CaseReport[], decimals: number): GridCell[] {
  const anyDoubt = cases.some((row) => doubtOn(row, column.id) !== null)
  return cases.map((row) => {
    const value = column.value(row)
    const text = column.id === 'requestRate' && value === null ? formatRequestRate(value) : formatFixed(value, decimals)
    const doubt = doubtOn(row, column.id)
    const mark = doubt === null ? ' ' : VERDICT_MARKS[doubt]
    return { text: anyDoubt ? text + mark : text, style: doubt === null ? null : VERDICT_STYLES[doubt] }
  })
}

/** As many decimals as the rates need; null for other columns. */
export function rateDecimals({ id, value }: Column, cases: readonly CaseReport[]): number | null {
  if (id !== 'requestRate') return null
  return Math.max(...cases.map((row) => (String(value(row) ?? '').split('.')[1] ?? '').slice(0, 3).length))
}

/** About three digits: percentiles of one metric share their decimals, or their points would not line up to the eye. */
export function narrowDecimals(column: Column, cases: readonly CaseReport[]): number {
  if (column.decimals === 0) return 0
  const family = COLUMNS.filter(({ narrow: [group] }) => group !== '' && group === column.narrow[0])
  const values = (family.length === 0 ? [column] : family).flatMap(({ value }) => cases.map((row) => value(row) ?? 0))
  const largest = Math.max(...values)
  if (largest >= 1000) return 0
  return largest >= 10 ? 1 : 2
}

function tagCells(row: CaseReport, tags: RowTags): GridCell[] {
  return tags.header.map(() => ({ text: tags.tags.get(row) ?? '', style: null }))
}

function verdictCell(row: CaseReport, footnotes: readonly Footnote[]): GridCell {
  const word = caseVerdict(row)
  const letters = lettersOf(row, footnotes)
  return { text: `${VERDICT_MARKS[word]} ${word} ${letters}`.trimEnd(), style: VERDICT_STYLES[word] }
}
