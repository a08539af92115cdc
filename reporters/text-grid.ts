import { styleText } from 'node:util'
import { pad, textWidth } from './text-width.ts'

export type Style = 'red' | 'green' | 'yellow' | 'bold' | 'dim'

/** Plain text and how to paint it; padding happens first, so paint never counts as width. */
export interface GridCell {
  readonly text: string
  readonly style: Style | null
}

export interface GridColumn {
  /** Neighbours with the same non-empty group are joined under it. */
  readonly group: string
  readonly header: string
  readonly align: 'left' | 'right'
}

export interface Grid {
  readonly width: number
  /** One or two lines. */
  readonly head: readonly string[]
  /** One line for each row, in order. */
  readonly rows: readonly string[]
}

const GAP = '  '

/** Paints `text` if colour is wanted. */
export function paint(text: string, style: Style | null, color: boolean): string {
  return color && style !== null && text !== '' ? styleText(style, text, { validateStream: false }) : text
}

/** Lays out cells in columns as wide as their widest cell or heading. */
export function layOutGrid(
  columns: readonly GridColumn[],
  rows: readonly (readonly GridCell[])[],
  color: boolean,
): Grid {
  const widths = columns.map(({ header }, i) => Math.max(textWidth(header), ...rows.map((row) => cellWidth(row[i]))))
  const spans = joinGroups(columns)
  for (const { group, first, last } of spans) {
    const missing = textWidth(group) - spanWidth(widths, first, last)
    if (missing > 0) widths[last] = (widths[last] ?? 0) + missing
  }
  const groupLine = spans.map(({ group, first, last }) => {
    const width = spanWidth(widths, first, last)
    return first === last ? pad(group, width, columns[first]?.align ?? 'left') : underRule(group, width)
  })
  const headerLine = columns.map(({ header, align }, i) => pad(header, widths[i] ?? 0, align))
  const headers = columns.some(({ group }) => group !== '') ? [groupLine, headerLine] : [headerLine]
  return {
    width: spanWidth(widths, 0, columns.length - 1),
    head: headers.map((cells) => paint(cells.join(GAP).trimEnd(), 'dim', color)),
    rows: rows.map((row) =>
      columns
        .map(({ align }, i) => {
          const text = row[i]?.text ?? ''
          const isLast = i === columns.length - 1 && align === 'left'
          return paint(isLast ? text : pad(text, widths[i] ?? 0, align), row[i]?.style ?? null, color)
        })
        .join(GAP)
        .trimEnd(),
    ),
  }
}

interface Span {
  readonly group: string
  readonly first: number
  readonly last: number
}

function joinGroups(columns: readonly GridColumn[]): Span[] {
  const spans: Span[] = []
  for (const [i, { group }] of columns.entries()) {
    const previous = spans.at(-1)
    if (previous !== undefined && group !== '' && previous.group === group) {
      spans[spans.length - 1] = { ...previous, last: i }
    } else {
      spans.push({ group, first: i, last: i })
    }
  }
  return spans
}

function spanWidth(widths: readonly number[], first: number, last: number): number {
  return widths.slice(first, last + 1).reduce((sum, width) => sum + width + GAP.length, -GAP.length)
}

/** `── TTFT ms ──`: the rule shows which columns the words stand over. */
function underRule(group: string, width: number): string {
  const free = width - textWidth(group) - 2
  if (free < 2) return pad(group, width, 'right')
  return `${'─'.repeat(Math.floor(free / 2))} ${group} ${'─'.repeat(Math.ceil(free / 2))}`
}

function cellWidth(cell: GridCell | undefined): number {
  return cell === undefined ? 0 : textWidth(cell.text)
}
