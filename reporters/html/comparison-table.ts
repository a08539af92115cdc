import type { CaseReport } from '../../src/report.ts'
import { COLUMNS, columnsOf, type Column } from '../columns.ts'
import { collectFootnotes, lettersOf, type Footnote } from '../footnotes.ts'
import { rowTags, type RowTags } from '../row-tags.ts'
import { narrowDecimals, rateDecimals } from '../table-layout.ts'
import { formatFixed, formatRequestRate } from '../units.ts'
import { VERDICT_MARKS, caseVerdict } from '../../src/verdict/case-verdict.ts'
import { describeVerdict, inWords } from '../../src/verdict/words.ts'
import { doubtOn } from '../verdicts.ts'
import { bestValues, columnInterval, type Best, type BestValues } from './best-values.ts'
import { renderDataTable } from './data-table.ts'
import { simulatedTag } from './simulated.ts'
import { html, type Html } from './html.ts'
import type { PageModel } from './page-model.ts'
import { formatInterval } from './percentile-interval.ts'
import { verdictWord } from './verdict-section.ts'

const BEST_MARKS: Readonly<Record<Best, string>> = { clear: '★', close: '☆' }

/** The study's table, a row for each case, with the uncertainty of its percentiles, its doubts, and every objective. */
export function comparisonTable(model: PageModel): Html {
  if (model.cases.length === 0) return html`<p>No case came to run, so there is nothing to compare.</p>`
  const tags = rowTags(model.groups)
  const footnotes = collectFootnotes(model.cases)
  const best = bestValues(model)
  const columns = columnsOf(model.cases)
  const context: RowContext = {
    model,
    tags,
    footnotes,
    best,
    columns,
    decimals: new Map(
      columns.map((column) => [
        column,
        rateDecimals(column, model.cases) ?? (column.percentile === null ? narrowDecimals(column, model.cases) : 1),
      ]),
    ),
  }
  return html`<div class="scroll" role="region" aria-label="Comparison table" tabindex="0">
      <table class="comparison sortable">
        ${tableHead(tags, columns)}
        <tbody>
          ${model.groups.flatMap(({ label, cases }) => cases.map((row, i) => tableRow(label, row, i === 0, context)))}
        </tbody>
      </table>
    </div>
    ${howToRead(model, best)}
    ${
      tags.legend.length > 0 &&
      html`<ul class="reasons">
        ${tags.legend.map((line) => html`<li>${line}</li>`)}
      </ul>`
    }
    ${
      footnotes.length > 0 &&
      html`<ul class="reasons">
        ${footnotes.flatMap(({ letter, lines }) => lines.map((line) => html`<li><b>${letter}</b> ${line}</li>`))}
      </ul>`
    }
    ${everyObjective(model)}`
}

interface RowContext {
  readonly model: PageModel
  readonly tags: RowTags
  readonly footnotes: readonly Footnote[]
  readonly best: BestValues
  readonly columns: readonly Column[]
  readonly decimals: ReadonlyMap<Column, number>
}

/** Two lines: columns with a common first line are joined under it. */
function tableHead({ header }: RowTags, shown: readonly Column[]): Html {
  const columns: { group: string; title: string; isText?: true }[] = [
    { group: '', title: 'framework and variant' },
    ...header.map((title) => ({ group: '', title })),
    ...shown.map(({ wide: [group, title] }) => ({ group, title })),
    { group: '', title: 'verdict', isText: true },
  ]
  const spans: { group: string; length: number }[] = []
  for (const { group } of columns) {
    const last = spans.at(-1)
    if (last !== undefined && group !== '' && last.group === group) last.length++
    else spans.push({ group, length: 1 })
  }
  return html`<thead>
    <tr>
      ${spans.map(({ group, length }) => (length === 1 ? html`<td>${group}</td>` : html`<th scope="colgroup" class="group" colspan="${length}">${group}</th>`))}
    </tr>
    <tr>
      ${columns.map(({ title, isText }, i) => html`<th scope="col" ${isText === true && html` class="text"`} data-column="${i}">${title}</th>`)}
    </tr>
  </thead>`
}

function tableRow(label: string, row: CaseReport, isFirst: boolean, context: RowContext): Html {
  const { tags, footnotes, columns } = context
  const word = caseVerdict(row)
  const letters = lettersOf(row, footnotes)
  return html`<tr${isFirst && html` class="first"`}><th scope="row" data-value="${label}">${label}${
    row.target.simulated && html` ${simulatedTag}`
  }${row.target.estimate && html` <span class="tag">estimate</span>`}</th>${tags.header.map(
    () => html`<td data-value="${tags.tags.get(row) ?? ''}">${tags.tags.get(row) ?? ''}</td>`,
  )}${columns.map((column) => numberCell(row, column, context))}<td class="text" data-value="${word}">${verdictWord(word)}${
    letters !== '' && html` <sup>${letters}</sup>`
  }</td></tr>
`
}

function numberCell(row: CaseReport, column: Column, { model, best, decimals }: RowContext): Html {
  const value = column.value(row)
  if (column.id === 'requestRate') {
    return html`<td data-value="${value ?? 'Infinity'}">
      ${value === null ? formatRequestRate(value) : formatFixed(value, decimals.get(column) ?? 0)}
    </td>`
  }
  const places = decimals.get(column) ?? column.decimals
  const doubt = doubtOn(row, column.id)
  // Three digits: more would be noise, and the table would not fit.
  const shown = (number: number | null): string => formatFixed(number, (number ?? 0) >= 100 ? 0 : places)
  const mark = best.of(row, column)
  const interval = columnInterval(model, row, column)
  return html`<td data-value="${value}" ${doubt === 'fail' && html` class="missed"`}>
    ${
      mark === null ? null : html`<span class="best">${BEST_MARKS[mark]} </span>`
    }${mark === null ? shown(value) : html`<span class="best">${shown(value)}</span>`}${
      doubt !== null && ` ${VERDICT_MARKS[doubt]}`
    }${interval !== null && html`<small class="interval">${formatInterval(interval, shown)}</small>`}
  </td>`
}

function hasDoubt({ cases }: PageModel, doubt: 'fail' | 'inconclusive'): boolean {
  return cases.some((row) => COLUMNS.some(({ id }) => doubtOn(row, id) === doubt))
}

/** Says only what the table shows. */
function howToRead(model: PageModel, best: BestValues): Html {
  const marks = new Set(model.cases.flatMap((row) => COLUMNS.map((column) => best.of(row, column))))
  const hasIntervals = model.cases.some((row) => COLUMNS.some((column) => columnInterval(model, row, column) !== null))
  return html`<p class="quiet">
    ${
      hasIntervals &&
      'Under a percentile stands the interval in which it lies, each bound with 95 % confidence if requests were independent; requests that share a queue make it wider. “From” means that a sample of this size has no upper bound. '
    }${marks.has('clear') && `${BEST_MARKS.clear} best of its load. `}${
      marks.has('close') &&
      `${BEST_MARKS.close} best, but its interval overlaps another one: the difference may be chance. `
    }${hasDoubt(model, 'fail') && `${VERDICT_MARKS.fail} missed an objective. `}${
      hasDoubt(model, 'inconclusive') && `${VERDICT_MARKS.inconclusive} neither shown nor refuted. `
    }${
      model.cases.some(({ target }) => target.simulated) &&
      '“Simulated” numbers come from a model of the engine, not from a server.'
    }
  </p>`
}

function everyObjective(model: PageModel): Html | null {
  const judged = model.cases.flatMap((row) => row.verdicts.map((verdict) => ({ row, verdict })))
  if (judged.length === 0) return html`<p>No case had an objective, so nothing was judged.</p>`
  return html`<details class="more">
    <summary>Every objective (${judged.length})</summary>
    <div id="objectives">
      ${renderDataTable({
        label: 'Every objective',
        header: ['case', 'kind', 'objective', 'requests', 'verdict', 'what was found'],
        rows: judged.map(({ row, verdict }) => [
          model.label(row),
          verdict.kind,
          inWords(verdict).objective,
          row.metrics.completed + row.metrics.failed,
          verdictWord(verdict.verdict),
          html`<span>${describeVerdict(verdict)}</span>`,
        ]),
      })}
    </div>
  </details>`
}
