import { join } from 'node:path'
import { checkNames } from '../src/base/options.ts'
import type { BenchReport, CaseReport } from '../src/report.ts'
import { clientLine } from './client-line.ts'
import { allSimulated, collectFootnotes } from './footnotes.ts'
import { groupCases, labelCases } from './groups.ts'
import { firstLine, plainLine } from '../src/base/plain-text.ts'
import { onlyWritable } from './only-writable.ts'
import { OUTPUT_DIR } from './output-dir.ts'
import { rowTags } from './row-tags.ts'
import { scenarioFacts } from './scenario.ts'
import { chooseLayout, VERDICT_STYLES } from './table-layout.ts'
import { paint } from './text-grid.ts'
import { wrap } from './text-width.ts'
import { VERDICT_MARKS, caseVerdict } from '../src/verdict/case-verdict.ts'
import { isNews } from '../src/verdict/kinds.ts'
import { describeVerdict } from '../src/verdict/words.ts'
import { summarize, summarizeGates, verdictsThat } from './verdicts.ts'

export interface TableOptions {
  /** Terminal cells in a line; no line is longer. */
  readonly width: number
  /** Paint with ANSI escapes. Every colour comes with a sign, so nothing is lost without. */
  readonly color: boolean
  /** The folder of the report files, where the columns that found no room are. Default `bench-results`. */
  readonly outputDir?: string
}

const INDENT = '  '

/**
 * The comparison table for a terminal, with a trailing newline.
 *
 * As many columns of the study as fit: all of them in one line each (from about 170 cells on), else under a heading
 * for each framework and variant, without the columns that find no room. Below the table stand the objectives that
 * were not met, the cases that did not run, the footnotes, and the columns that are missing.
 */
export function renderTable(bench: BenchReport, options: TableOptions): string {
  const example = 'renderTable(report, { width: 120, color: false })'
  checkNames(options, ['width', 'color', 'outputDir'], { of: 'renderTable()', code: 'bad-options', example })
  const { width, color, outputDir = OUTPUT_DIR } = options
  const report = onlyWritable(bench)
  const groups = groupCases(report.cases)
  const cases = groups.flatMap((group) => group.cases)
  const footnotes = collectFootnotes(cases)
  const tags = rowTags(groups)
  const gates = summarizeGates(report)
  const table =
    cases.length === 0 ? { lines: [], leftOut: [] } : chooseLayout({ groups, footnotes, tags, width, color })
  const client = clientLine(cases)
  const sections = [
    wrap(heading(report), width, INDENT).map((line) => paint(line, 'bold', color)),
    table.lines,
    [
      ...tags.legend.flatMap((line) => wrap(line, width, '   ')),
      ...footnotes.flatMap(({ letter, lines }) => lines.flatMap((line) => wrap(`${letter}  ${line}`, width, '   '))),
    ],
    client === null ? [] : wrap(client, width, INDENT).map((line) => paint(line, 'dim', color)),
    doubtfulVerdicts(cases, width, color),
    openCases(cases, width, color),
    news(cases, width, color),
    gates === null ? [] : wrap(gates, width, INDENT),
    report.failedCases.flatMap(({ case: name, framework, message }) => {
      const where = framework === null ? '' : ` (${plainLine(framework)})`
      const line = `✗ ${plainLine(name)}${where} did not run: ${firstLine(message)}`
      return wrap(line, width, INDENT).map((part) => paint(part, 'red', color))
    }),
    table.leftOut.length === 0
      ? []
      : wrap(`not shown: ${table.leftOut.join(', ')}; all columns: ${join(outputDir, 'report.md')}`, width, INDENT).map(
          (line) => paint(line, 'dim', color),
        ),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** An exit code of 0 must not be read as "all objectives hold". */
function openCases(cases: readonly CaseReport[], width: number, color: boolean): string[] {
  const open = cases.filter((row) => caseVerdict(row) === 'inconclusive')
  if (open.length === 0) return []
  const text = `${open.length} inconclusive: neither shown nor refuted, and no failure unless LLM_BENCH_INCONCLUSIVE=fail`
  return wrap(text, width, INDENT).map((line) => paint(line, 'yellow', color))
}

/** What got better is no reason to fail, but one to accept the run as the new baseline; what was accepted, one to look at it. */
function news(cases: readonly CaseReport[], width: number, color: boolean): string[] {
  const labels = labelCases(cases)
  return cases.flatMap((row) =>
    row.verdicts
      .filter(isNews)
      .flatMap((verdict) =>
        wrap(`${VERDICT_MARKS.pass} ${labels.get(row)}: ${describeVerdict(verdict)}`, width, INDENT).map((line) =>
          paint(line, 'green', color),
        ),
      ),
  )
}

function heading(report: BenchReport): string {
  const simulated = allSimulated(report.cases) ? ['simulated, no real server'] : []
  return [summarize(report), ...scenarioFacts(report.cases), ...simulated].join(' · ')
}

function doubtfulVerdicts(cases: readonly CaseReport[], width: number, color: boolean): string[] {
  const labels = labelCases(cases)
  return (['fail', 'invalid', 'inconclusive'] as const).flatMap((word) =>
    cases.flatMap((row) =>
      verdictsThat(row, word).flatMap((verdict) =>
        wrap(`${VERDICT_MARKS[word]} ${labels.get(row)}: ${describeVerdict(verdict)}`, width, INDENT).map((line) =>
          paint(line, VERDICT_STYLES[word], color),
        ),
      ),
    ),
  )
}
