import { readPublishedStudy } from '../../reporters/html/published-study.ts'
import { renderHtml } from '../../reporters/html/render-html.ts'
import { renderJson } from '../../reporters/json.ts'
import { renderMarkdown } from '../../reporters/markdown.ts'
import { BenchError } from '../base/errors.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import type { CommandIo } from './command-io.ts'
import { mergeReports } from './merge-reports.ts'
import { parseCommand } from './parse-command.ts'
import { readReport } from './read-report.ts'

const REPORT_USAGE = `vitest-llm-bench report <report.json...> [options]

Makes the HTML page of one report, or of several whose runs were made at different times. Of a case that several reports
hold, for the same version of its target, the later run is shown; other versions stand beside each other.

  -o, --out F       the page; default: report.html
  --markdown F      the same as Markdown
  --json F          the merged runs, as a report.json of their own
  --title T         heading of the page
  --published       lays the published tables of the study beside the runs
`

/** Writes the page of one or more reports. Throws BenchError on bad arguments and reports. */
export function report(args: readonly string[], io: Pick<CommandIo, 'print'>): void {
  if (args.includes('--help')) return io.print(REPORT_USAGE)
  const { paths, out, markdown, json, title, published } = readArgs(args)
  const merged = mergeReports(paths.map((path) => ({ path, report: readReport(path) })))
  for (const note of merged.notes) io.print(note)
  const heading = title === undefined ? {} : { title }
  const files = new Map([
    [out, () => renderHtml(merged.report, { ...heading, ...(published ? { published: readPublishedStudy() } : {}) })],
    ...(markdown === undefined ? [] : [[markdown, () => renderMarkdown(merged.report, heading)] as const]),
    ...(json === undefined ? [] : [[json, () => renderJson(merged.report)] as const]),
  ])
  for (const [path, render] of files) {
    writeAtomically(path, render())
    io.print(`Written to ${path}.`)
  }
}

const OPTIONS = {
  out: { type: 'string', short: 'o', default: 'report.html' },
  markdown: { type: 'string' },
  json: { type: 'string' },
  title: { type: 'string' },
  published: { type: 'boolean', default: false },
} as const

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, REPORT_USAGE)
  if (positionals.length === 0)
    throw new BenchError('report takes one report.json or more.', { code: 'bad-command', remedy: REPORT_USAGE })
  return { ...values, paths: positionals }
}
