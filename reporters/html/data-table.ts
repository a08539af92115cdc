import { html, type Content, type Html } from './html.ts'

/** A plain table of numbers, in a box that scrolls by itself where it does not fit. */
export interface DataTable {
  /** What the table is, for readers who cannot see where it stands. */
  readonly label: string
  /** The first column names the row. */
  readonly header: readonly string[]
  readonly rows: readonly (readonly Content[])[]
}

export function renderDataTable({ label, header, rows }: DataTable): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table class="data">
      <thead>
        <tr>
          ${header.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name ?? ''}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}
