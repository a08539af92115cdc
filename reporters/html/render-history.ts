import { changesOf, type CaseHistory, type Change } from '../../src/baseline/history-series.ts'
import { VERDICT_MARKS } from '../../src/verdict/case-verdict.ts'
import { changeVerdict, describeChange, titleOf } from '../history-table.ts'
import { formatCount } from '../units.ts'
import { renderFigure } from './figure.ts'
import { historyFigure } from './history-figure.ts'
import { html, type Html } from './html.ts'
import { readPageAssets } from './page-assets.ts'
import { renderPage } from './page-shell.ts'

export interface HistoryPageOptions {
  /** Paths such as `ttft.p50`, a plot for each in every case that has it. */
  readonly metrics: readonly string[]
}

const TITLE = 'Serving benchmark over versions'

/**
 * How each case changed over the versions of its server, as one page that needs no network and no script: its changes in words and
 * the numbers are plain markup, the plots are drawn as those of a report. The same histories give the same bytes.
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
    <section aria-labelledby="cases">
      <h2 id="cases">Cases</h2>
      <p class="quiet">
        A plot has a point for each version, the geometric mean of its trials; the band reaches from the lowest trial to
        the highest. A line across marks where the level changed by more than the noise and more than 3 %, dashes the
        levels before and after it. Axes do not begin at 0. ✗ got worse, ✓ got better, ? only the newest version shows
        it.
      </p>
      ${cases.map(({ id, history }) => renderFigure(historyFigure(id, history, metrics)))}
    </section>`
  return renderPage({ title: TITLE, ...readPageAssets(), body })
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
