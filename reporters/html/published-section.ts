import type { CaseReport } from '../../src/report.ts'
import { COLUMNS, type Column } from '../columns.ts'
import { ABSENT, formatFixed } from '../units.ts'
import { renderDataTable } from './data-table.ts'
import { html, type Html } from './html.ts'
import type { PageModel } from './page-model.ts'
import type { PublishedRow, PublishedStudy } from './published-study.ts'

/** Each case beside the study's row of the same target under the same load. */
export function publishedSection(model: PageModel, study: PublishedStudy): Html {
  const { title, date, hardware, notes, rows } = study
  const pairs = model.cases.flatMap((row) => {
    const printed = rows.find((each) => isSame(row, each))
    return printed === undefined ? [] : [{ row, printed }]
  })
  const source = html`“${title}” (${date}, ${hardware.gpu}, ${study.model})`
  if (pairs.length === 0) return html`<p>No case has the target and the load of a row in ${source}.</p>`
  const columns = COLUMNS.filter(({ published }) => published !== null)
  return html`<p>
      ${pairs.length} of ${model.cases.length} cases have the target and the load of a row in ${source}. Under each
      number stands the printed one, and by how much this run is off.
    </p>
    ${renderDataTable({
      label: 'Beside the published study',
      header: ['case', ...columns.map((column) => column.title)],
      rows: pairs.map(({ row, printed }) => [
        model.label(row),
        ...columns.map((column) => cell(column, column.value(row), printed)),
      ]),
    })}
    <ul class="reasons quiet">
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>`
}

function isSame({ target, load, trials }: CaseReport, printed: PublishedRow): boolean {
  return (
    target.framework === printed.framework &&
    target.variant === printed.variant &&
    (target.version === null || target.version === printed.version) &&
    load.requestRate === printed.requestRate &&
    load.numPrompts * trials.length === printed.numPrompts
  )
}

function cell({ published, decimals }: Column, value: number | null, row: PublishedRow): Html {
  const printed = published === null ? null : Number(row[published])
  const off = value === null || printed === null || printed === 0 ? null : value / printed - 1
  return html`${formatFixed(value, decimals)}<small class="interval"
      >${formatFixed(printed, decimals)},
      ${off === null ? ABSENT : `${off < 0 ? '−' : '+'}${formatFixed(Math.abs(off) * 100, 1)} %`}</small
    >`
}
