import type { BenchReport, CaseReport } from '../../src/report.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { formatMs } from '../units.ts'
import { VERDICT_MARKS, caseVerdict, type CaseVerdict } from '../../src/verdict/case-verdict.ts'
import type { VerdictWord } from '../../src/verdict/verdict.ts'
import { describeVerdict } from '../../src/verdict/words.ts'
import { summarize, summarizeGates, verdictsThat } from '../verdicts.ts'
import { largest } from './chart.ts'
import { isSimulated, simulatedTag } from './simulated.ts'
import { html, type Html } from './html.ts'
import type { PageModel } from './page-model.ts'

/** Longer lists are cut; the table of all objectives has every line. */
const MOST_REASONS = 12

/** What was decided, where, and why. */
export function verdictSection(model: PageModel): Html {
  const { report } = model
  const word = reportVerdict(report)
  const gates = summarizeGates(report)
  return html`<p class="verdict ${word}">${VERDICT_MARKS[word]} ${summarize(report)}.</p>
    ${gates !== null && html`<p>${gates}.</p>`} ${matrix(model)} ${reasons(model)} ${didNotRun(report)}`
}

/** The verdict of a case as mark, word and colour. */
export function verdictWord(word: CaseVerdict): Html {
  return html`<span class="word ${word}">${VERDICT_MARKS[word]} ${word}</span>`
}

/** The worst of all cases, a case that did not run being a failed one. */
function reportVerdict({ cases, failedCases }: BenchReport): CaseVerdict {
  const words = new Set<CaseVerdict>(cases.map(caseVerdict))
  if (failedCases.length > 0) words.add('fail')
  return (['invalid', 'fail', 'inconclusive', 'pass'] as const).find((word) => words.has(word)) ?? 'unjudged'
}

/** Targets against loads, the verdicts in the cells. A single load says nothing that the table does not. */
function matrix({ groups, cases }: PageModel): Html | null {
  const loads = [...new Set(cases.map(({ load }) => load.requestRate))].toSorted(
    (a, b) => (a ?? Number.MAX_VALUE) - (b ?? Number.MAX_VALUE),
  )
  if (loads.length < 2) return null
  return html`<div class="scroll" role="region" aria-label="Verdicts by target and load" tabindex="0">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">target</th>
          ${loads.map((load) => html`<th scope="col">${rateText(load)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          ({ label, cases: members }) =>
            html`<tr>
              <th scope="row">${label} ${isSimulated(members) && simulatedTag}</th>
              ${loads.map((load) => matrixCell(members.filter((row) => row.load.requestRate === load)))}
            </tr> `,
        )}
      </tbody>
    </table>
    <p class="quiet">Under each verdict stands the P99 of the time to first token (TTFT).</p>
  </div>`
}

function matrixCell(cases: readonly CaseReport[]): Html {
  const words = new Set(cases.map(caseVerdict))
  const word = (['invalid', 'fail', 'inconclusive', 'unjudged', 'pass'] as const).find((each) => words.has(each))
  if (word === undefined) return html`<td></td>`
  const waits = cases.flatMap(({ metrics }) => metrics.ttft?.p99 ?? [])
  return html`<td class="${word}">
    ${verdictWord(word)}${waits.length > 0 && html`<small>${formatMs(largest(waits))}</small>`}
  </td>`
}

/** What failed is a fact, and often why another run is not valid: it comes first, as in the terminal. */
const WORDS = ['fail', 'invalid', 'inconclusive'] as const satisfies readonly VerdictWord[]

function reasons(model: PageModel): Html | null {
  const lines = WORDS.flatMap((word) =>
    model.cases.flatMap((row) =>
      verdictsThat(row, word).map(
        (verdict) => html`<li>${verdictWord(word)} <b>${model.label(row)}</b>: ${describeVerdict(verdict)}</li> `,
      ),
    ),
  )
  if (lines.length === 0) return null
  const more = lines.length - MOST_REASONS
  return html`<ul class="reasons">
    ${lines.slice(0, MOST_REASONS)}${
      more > 0 && html`<li>and ${more} more, in <a href="#objectives">every objective</a></li>`
    }
  </ul>`
}

function didNotRun({ failedCases }: BenchReport): Html | null {
  if (failedCases.length === 0) return null
  return html`<ul class="reasons">
    ${failedCases.map(
      ({ case: name, framework, message }) =>
        html`<li>
          <span class="word fail">${VERDICT_MARKS.fail} did not run</span> <b>${name}</b>${
            framework !== null && html` (${framework})`
          }:
          ${message}
        </li> `,
    )}
  </ul>`
}
