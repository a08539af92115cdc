import { describe, expect, test } from 'vitest'
import type { BenchReport, CaseReport } from '../src/report.ts'
import { renderTable } from './console-table.ts'
import { renderCsv } from './csv.ts'
import { renderHtml } from './html/render-html.ts'
import { parseJunit } from './junit-schema.testkit.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderOpenMetrics } from './openmetrics.ts'
import { HOSTILE_NAMES, report, sampleCase, told } from './sample-reports.testkit.ts'
import { textWidth } from './text-width.ts'

const NAMES = [
  ...HOSTILE_NAMES,
  '</script><img src=http://evil/x onerror=alert(1)>',
  '](javascript:alert(1)) [x](http://evil)',
]

/** A report in which everything that a server, a prompt or a user may have worded is the given text. */
function reportOf(name: string): BenchReport {
  const made = sampleCase({
    case: name,
    target: { version: name, variant: name, model: name, url: name, sampling: { [name]: name } },
    load: { dataset: name, arrival: name },
    verdicts: [told('fail', name, name)],
    doubts: [{ code: 'server-log', message: name }],
    validity: { finishReasons: { [name]: 1 }, tokenSources: { [name]: 1 } },
    errors: [{ kind: 'http-status', count: 3, example: name }],
  })
  const row: CaseReport = {
    ...made,
    environment: { ...made.environment, hostname: name, cpu: name, platform: name },
  }
  return report([row], [{ case: name, framework: name, message: name }])
}

const FORMATS = {
  terminal: (bench: BenchReport) => renderTable(bench, { width: 100, color: false }),
  Markdown: (bench: BenchReport) => renderMarkdown(bench, { title: bench.cases[0]?.case ?? '' }),
  // The raw report at its end is shown by nobody, and is what report.json is, byte for byte.
  HTML: (bench: BenchReport) =>
    renderHtml(bench, { title: bench.cases[0]?.case ?? '' }).replace(/<script [^>]*id="report">[^]*?<\/script>/, ''),
  JUnit: (bench: BenchReport) => renderJunit(bench),
  CSV: renderCsv,
  OpenMetrics: renderOpenMetrics,
}

describe.each(Object.entries(FORMATS))('%s', (_format, render) => {
  test.each(NAMES)('takes %j everywhere without a control, a turn of direction or a lone surrogate', (name) => {
    const text = render(reportOf(name))
    expect(text).not.toMatch(/(?![\n\r\t])[\p{Cc}\p{Bidi_Control}]/u)
    expect(text.isWellFormed()).toBe(true)
  })
})

test.each(NAMES)(
  '%j opens no tag in the page and in Markdown, no link in Markdown, and no element in JUnit',
  (name) => {
    const bench = reportOf(name)
    expect(FORMATS.HTML(bench)).not.toMatch(/<script>alert|<img/)
    const markdown = FORMATS.Markdown(bench)
    expect(markdown).not.toMatch(/<(?!\/?sup>)/)
    expect(markdown).not.toMatch(/(?<!\\)\]\(/)
    expect(() => parseJunit(FORMATS.JUnit(bench))).not.toThrow()
  },
)

test.each(NAMES)('%j makes no line of the terminal wider than it is', (name) => {
  for (const line of FORMATS.terminal(reportOf(name)).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(100)
})
