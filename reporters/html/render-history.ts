import { changesOf, versionSpread, type CaseHistory, type Change } from '../../src/baseline/history-series.ts'
import { CATALOG } from '../../src/metrics/catalog.ts'
import { changeVerdict, describeChange, markOf, titleOf, trustIn } from '../history-table.ts'
import { plainLine } from '../../src/base/plain-text.ts'
import { formatCount, formatFixed } from '../units.ts'
import { VERDICT_MARKS } from '../verdicts.ts'
import { renderDataTable } from './data-table.ts'
import { historyPlot } from './history-plot.ts'
import { html, type Html } from './html.ts'
import { readPageStyle } from './page-assets.ts'
import { renderPage } from './page-shell.ts'

export interface HistoryPageOptions {
  /** Paths such as `ttft.p50`, a plot for each in every case that has it. */
  readonly metrics: readonly string[]
}

const TITLE = 'Serving benchmark over versions'

/**
 * How each case changed over the versions of its server, as one page without network and without script: a plot for each
 * case and metric, its changes marked and in words, and the numbers. The same histories give the same bytes.
 */
export function renderHistoryPage(histories: readonly CaseHistory[], { metrics }: HistoryPageOptions): string {
  const cases = histories.map((history, i) => ({
    id: `case-${i + 1}`,
    history,
    changes: metrics.flatMap((metric) => changesOf(history, metric)),
  }))
  const versions = histories.reduce((sum, each) => sum + each.versions.length, 0)
  const body = html`<header>
      <h1>${TITLE}</h1>
      <p class="facts">${formatCount(histories.length, 'case')}, ${formatCount(versions, 'recorded version')}</p>
    </header>
    ${summary(cases)}
    <p class="quiet">
      A plot has a point for each version, the geometric mean of its trials; the band reaches from the lowest trial to
      the highest. A line across marks where the level changed by more than the noise and more than 3 %, dashes the
      levels before and after it. Axes do not begin at 0. ✗ got worse, ✓ got better, ? only the newest version shows it.
    </p>
    ${cases.map(({ id, history, changes }) => caseSection(id, history, changes, metrics))}`
  return renderPage({ title: TITLE, styles: [readPageStyle()], scripts: [], body })
}

interface Case {
  readonly id: string
  readonly history: CaseHistory
  readonly changes: readonly Change[]
}

const VERDICTS = [
  { verdict: 'fail', words: 'got worse for good' },
  { verdict: 'inconclusive', words: 'suspected' },
  { verdict: 'pass', words: 'got better for good' },
] as const

/** One sentence, the worst first, and each change with the way to its plot. */
function summary(cases: readonly Case[]): Html {
  const all = cases.flatMap(({ id, history, changes }) => changes.map((change) => ({ id, history, change })))
  const counted = VERDICTS.map((each) => ({
    ...each,
    found: all.filter(({ change }) => changeVerdict(change) === each.verdict),
  })).filter(({ found }) => found.length > 0)
  const [worst] = counted
  if (worst === undefined) return html`<p class="verdict">No change was found.</p>`
  const sentence = counted.map(({ found, words }) => `${found.length} ${words}`).join(', ')
  return html`<p class="verdict ${worst.verdict}">
      ${VERDICT_MARKS[worst.verdict]} ${formatCount(all.length, 'change')}: ${sentence}.
    </p>
    <ul class="reasons">
      ${counted.flatMap(({ verdict, found }) =>
        found.map(
          ({ id, history, change }) =>
            html`<li>
              <span class="word ${verdict}">${describeChange(change, history)}</span>:
              <a href="#${id}">${titleOf(history)}</a>
            </li> `,
        ),
      )}
    </ul>`
}

function caseSection(id: string, history: CaseHistory, changes: readonly Change[], metrics: readonly string[]): Html {
  const plots = metrics.flatMap((metric) => {
    const plot = historyPlot(history, metric)
    return plot === null ? [] : [{ metric, plot }]
  })
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${titleOf(history)}</h2>
    ${plots.length === 0 && html`<p>None of the chosen metrics was recorded.</p>`}
    <div class="multiples">
      ${plots.map(
        ({ metric, plot }) =>
          html`<div>
            <h3>${metric}${unitOf(metric)}</h3>
            ${plot}
            ${changes
              .filter((change) => change.metric === metric)
              .map((change) => html`<p class="word ${changeVerdict(change)}">${describeChange(change, history)}</p>`)}
          </div> `,
      )}
    </div>
    ${trustIn(history).map((line) => html`<p class="quiet">${line}</p>`)}
    <details class="numbers">
      <summary>Numbers behind these plots</summary>
      ${numbers(
        history,
        changes,
        plots.map(({ metric }) => metric),
      )}
    </details>
  </section> `
}

function numbers(history: CaseHistory, changes: readonly Change[], metrics: readonly string[]): Html {
  return renderDataTable({
    label: titleOf(history),
    header: ['version', 'recorded', 'metric', 'trials', 'mean', 'lowest', 'highest', 'change'],
    rows: metrics.flatMap((metric) =>
      history.versions.flatMap((version, index) => {
        const spread = versionSpread(version, metric)
        if (spread === null) return []
        const change = changes.find((each) => each.metric === metric && each.index === index)
        return [
          [
            plainLine(version.version),
            version.recordedAt.slice(0, 10),
            metric,
            spread.trials,
            ...[spread.mean, spread.least, spread.most].map((value) => formatFixed(value, 2)),
            change === undefined ? '' : `${markOf(change)} ${change.certainty}`,
          ],
        ]
      }),
    ),
  })
}

/** ` (ms)`; nothing for a metric that the catalog does not know. */
function unitOf(metric: string): string {
  const [id] = metric.split('.')
  const known = CATALOG.find((each) => each.id === id)
  return known === undefined ? '' : ` (${known.unit})`
}
