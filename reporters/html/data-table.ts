import { html, type Content, type Html } from './html.ts'

/** A plain table, in a box that scrolls by itself where it does not fit. */
export interface DataTable {
  /** What the table is, for readers who cannot see where it stands. */
  readonly label: string
  /** The first column names the row. */
  readonly header: readonly string[]
  readonly rows: readonly (readonly Content[])[]
}

/** Columns of numbers line up at their right, columns with any word in them at their left. */
export function renderDataTable({ label, header, rows }: DataTable): Html {
  const isText = header.map((_, column) => rows.some((row) => !isNumber(row[column] ?? null)))
  const mark = (column: number): Content => isText[column] === true && html` class="text"`
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table class="data">
      <thead>
        <tr>
          ${header.map((title, column) => html`<th scope="col" ${mark(column)}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name ?? ''}</th>
              ${cells.map((cell, i) => html`<td${mark(i + 1)}>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

/** A number, with its unit or as an interval, or none. */
function isNumber(cell: Content): boolean {
  if (typeof cell === 'string') return /^[\d.,–\s]*( (%|ms|s))?$/.test(cell)
  return cell === null || typeof cell === 'number'
}
