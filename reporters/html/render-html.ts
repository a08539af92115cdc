import { checkNames, namesOf } from '../../src/base/options.ts'
import type { BenchReport } from '../../src/report.ts'
import { renderJson } from '../json.ts'
import { commonSuite, scenarioFacts } from '../scenario.ts'
import { formatCount } from '../units.ts'
import { comparisonTable } from './comparison-table.ts'
import { distributionFigures } from './distribution-figures.ts'
import { renderFigure, type Figure } from './figure.ts'
import { html, jsonText, type Html } from './html.ts'
import { latencyFigures } from './latency-figures.ts'
import { readPageAssets } from './page-assets.ts'
import { pageModel, type PageModel } from './page-model.ts'
import { renderPage } from './page-shell.ts'
import { publishedSection } from './published-section.ts'
import type { PublishedStudy } from './published-study.ts'
import { repeatSection } from './repeat-section.ts'
import { throughputFigures } from './throughput-figures.ts'
import { timelineSection } from './timeline-figures.ts'
import { trustSection } from './trust-section.ts'
import { verdictSection } from './verdict-section.ts'

export interface HtmlOptions {
  /** Of the page; what the cases have in common unless told. */
  readonly title?: string
  /** Tables to lay beside the run. */
  readonly published?: PublishedStudy
}

const NAMES = namesOf<HtmlOptions>({ title: true, published: true })
const OWNER = {
  of: 'renderHtml()',
  code: 'bad-options',
  example: "renderHtml(report, { title: 'Nightly' })",
} as const

/**
 * The report as one page that needs no network and no script: verdict, tables and numbers are plain markup, plots are
 * drawn over it by uPlot, which is inside. The page may load nothing and run nothing but its own scripts (a content
 * security policy with their hashes).
 *
 * The same report gives the same bytes anywhere: no clock, no host, no locale, no time zone is looked at. As in `renderJson`
 * a case that cannot be written is a failed one.
 */
export function renderHtml(report: BenchReport, options: HtmlOptions = {}): string {
  checkNames(options, NAMES, OWNER)
  const { title, published } = options
  const model = pageModel(report)
  const heading = title ?? commonSuite(model.cases) ?? 'LLM serving benchmark'
  const sections: readonly (readonly [id: string, heading: string, content: Html | null])[] = [
    ['comparison', 'Comparison', comparisonTable(model)],
    ['published', 'Beside the published study', published === undefined ? null : publishedSection(model, published)],
    ['by-rate', 'Against the request rate', figures([...latencyFigures(model), ...throughputFigures(model)])],
    ['distributions', 'Distributions', figures(distributionFigures(model))],
    ['over-time', 'Over time', timelineSection(model)],
    ['trust', 'Can this run be trusted?', trustSection(model)],
    ['repeat', 'How to repeat it', repeatSection(model.cases)],
    ['raw', 'The raw report', rawReport(report)],
  ]
  const body = html`<header>
      <h1>${heading}</h1>
      <p class="facts">${facts(model)}</p>
    </header>
    ${verdictSection(model)}
    ${sections.map(
      ([id, name, content]) =>
        content !== null &&
        html`<section aria-labelledby="${id}">
          <h2 id="${id}">${name}</h2>
          ${content}
        </section> `,
    )}`
  return renderPage({ title: heading, ...readPageAssets(), body })
}

function facts({ cases, groups }: PageModel): Html {
  const simulated = cases.filter(({ target }) => target.simulated).length
  const shared = [...groups.map(({ label }) => label), ...scenarioFacts(cases)]
  const mark = simulated === cases.length ? 'simulated, no real server' : `${formatCount(simulated, 'case')} simulated`
  return html`${shared.join(' · ')} ${simulated > 0 && html`<span class="tag">${mark}</span>`}`
}

function figures(list: readonly Figure[]): Html | null {
  return list.length === 0 ? null : html`${list.map(renderFigure)}`
}

function rawReport(report: BenchReport): Html {
  return html`<p>Everything above was computed from it, every request included.</p>
    <p id="save"></p>
    <script type="application/json" id="report">
      ${jsonText(renderJson(report))}
    </script> `
}
