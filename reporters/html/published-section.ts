import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import { COLUMNS, type Column } from '../columns.ts'
import { ABSENT, formatFixed } from '../units.ts'
import { renderDataTable } from './data-table.ts'
import { html, type Html } from './html.ts'
import type { PageModel } from './page-model.ts'
import type { PublishedRow, PublishedStudy } from './published-study.ts'

/** Where the study prints each of our columns. */
const PRINTED: Readonly<Record<string, keyof PublishedRow>> = {
  durationMs: 'durationSec',
  inputTokens: 'totalInputTokens',
  outputTokens: 'totalOutputTokens',
  requestThroughput: 'requestThroughput',
  inputThroughput: 'inputThroughput',
  outputThroughput: 'outputThroughput',
  'ttft.p50': 'p50Ttft',
  'ttft.p90': 'p90Ttft',
  'ttft.p99': 'p99Ttft',
  'tpot.p50': 'p50Tpot',
  'tpot.p90': 'p90Tpot',
  'tpot.p99': 'p99Tpot',
}

/** Each run beside the study's row of the same target under the same load. */
export function publishedSection(model: PageModel, study: PublishedStudy): Html {
  const { title, date, hardware, notes, rows } = study
  const pairs = model.cases.flatMap((run) => {
    const row = rows.find((each) => isSame(run, each))
    return row === undefined ? [] : [{ run, row }]
  })
  const source = html`“${title}” (${date}, ${hardware.gpu}, ${study.model})`
  if (pairs.length === 0) return html`<p>No case has the target and the load of a row in ${source}.</p>`
  const columns = COLUMNS.filter(({ id }) => id in PRINTED)
  return html`<p>
      ${pairs.length} of ${model.cases.length} cases have the target and the load of a row in ${source}. Under each
      number stands the printed one, and by how much this run is off.
    </p>
    ${renderDataTable({
      label: 'Beside the published study',
      header: ['case', ...columns.map((column) => column.title)],
      rows: pairs.map(({ run, row }) => [model.label(run), ...columns.map((column) => cell(run, row, column))]),
    })}
    <ul class="reasons quiet">
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>`
}

function isSame({ target, load }: CaseReport, row: PublishedRow): boolean {
  return (
    target.framework === row.framework &&
    target.variant === row.variant &&
    (target.version === null || target.version === row.version) &&
    load.requestRate === row.requestRate &&
    load.numPrompts === row.numPrompts
  )
}

function cell(run: CaseReport, row: PublishedRow, column: Column): Html {
  const value = column.value(run)
  const key = PRINTED[column.id]
  const printed = key === undefined ? null : Number(row[key])
  const off = value === null || printed === null || printed === 0 ? null : value / printed - 1
  return html`${formatFixed(value, column.decimals)}<small class="interval"
      >${formatFixed(printed, column.decimals)},
      ${off === null ? ABSENT : `${off < 0 ? '−' : '+'}${formatFixed(Math.abs(off) * 100, 1)} %`}</small
    >`
}
