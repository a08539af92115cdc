import { frameworksOf } from '../../src/frameworks/catalog.ts'
import type { CaseReport } from '../../src/report.ts'
import { plainLine } from '../../src/base/plain-text.ts'
import { commonSuite } from '../scenario.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { renderDataTable } from './data-table.ts'
import { html, type Html } from './html.ts'

/** The commands and seeds that make the same load again. */
export function repeatSection(cases: readonly CaseReport[]): Html | null {
  if (cases.length === 0) return null
  return html`<p>The same load, in the folder of the bench files:</p>
    <pre
      tabindex="0"
    ><code>${[...serverVariables(cases), `npx vitest bench${suiteFilter(cases)}`].join(' \\\n')}</code></pre>
    <p>
      Prompts, lengths and arrival times follow from seed, trial and rate; a run with the same digest got the same ones,
      but for the words of their nonces.
    </p>
    ${renderDataTable({
      label: 'Loads',
      header: ['load', 'requests', 'dataset', 'arrivals', 'at most in flight', 'seed', 'trial', 'digest'],
      rows: distinctLoads(cases).map(
        ({ requestRate, numPrompts, dataset, arrival, maxConcurrency, seed, trial, digest }) => [
          rateText(requestRate),
          numPrompts,
          dataset,
          arrival,
          maxConcurrency ?? 'no cap',
          seed,
          trial,
          html`<code>${digest.slice(0, 12)}</code>`,
        ],
      ),
    })}
    <p>This page again, or with the runs of another day beside these:</p>
    <pre tabindex="0"><code>npx vitest-llm-bench report report.json -o report.html</code></pre>`
}

/** `VLLM_URL='http://gpu-1:8000'`, for each server that was benched by URL. */
function serverVariables(cases: readonly CaseReport[]): string[] {
  const lines = cases.flatMap(({ target: { framework, url } }) => {
    const variable = frameworksOf(framework)[0]?.urlVariable
    return url === null || variable === undefined ? [] : [`${variable}=${quoted(url)}`]
  })
  return [...new Set(lines)]
}

function suiteFilter(cases: readonly CaseReport[]): string {
  const suite = commonSuite(cases)
  // Vitest takes the filter for a pattern over the names joined by spaces.
  return suite === null
    ? ''
    : ` -t ${quoted(suite.replaceAll(' > ', ' ').replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))}`
}

function quoted(text: string): string {
  return `'${plainLine(text).replaceAll("'", String.raw`'\''`)}'`
}

/** Of each trial, whatever the target. */
function distinctLoads(cases: readonly CaseReport[]) {
  const loads = cases.flatMap(({ load, trials }) => trials.map(({ trial, digest }) => ({ ...load, trial, digest })))
  const byContent = new Map(loads.map((load) => [JSON.stringify(load), load]))
  return [...byContent.values()].toSorted(
    (a, b) => (a.requestRate ?? Number.MAX_VALUE) - (b.requestRate ?? Number.MAX_VALUE) || a.trial - b.trial,
  )
}
