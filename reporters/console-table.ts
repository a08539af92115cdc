import { isNews } from '../src/baseline/gate-verdict.ts'
import type { CaseReport } from '../src/metrics/pool-trials.ts'
import { checkNames } from '../src/base/options.ts'
import type { BenchReport } from '../src/report.ts'
import { clientLine } from './client-line.ts'
import { allSimulated, collectFootnotes } from './footnotes.ts'
import { groupRuns, labelRuns } from './groups.ts'
import { firstLine, plainLine } from '../src/base/plain-text.ts'
import { poolCases, type PooledReport } from './pool-cases.ts'
import { rowTags } from './row-tags.ts'
import { scenarioFacts } from './scenario.ts'
import { chooseLayout, VERDICT_STYLES } from './table-layout.ts'
import { paint } from './text-grid.ts'
import { wrap } from './text-width.ts'
import { VERDICT_MARKS, caseVerdict, describeVerdict, summarize, summarizeGates, verdictsThat } from './verdicts.ts'

export interface TableOptions {
  /** Terminal cells in a line; no line is longer. */
  readonly width: number
  /** Paint with ANSI escapes. Every colour comes with a sign, so nothing is lost without. */
  readonly color: boolean
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
  checkNames(options, ['width', 'color'], { of: 'renderTable()', code: 'bad-options', example })
  const { width, color } = options
  const report = poolCases(bench)
  const groups = groupRuns(report.runs)
  const runs = groups.flatMap((group) => group.runs)
  const footnotes = collectFootnotes(runs)
  const tags = rowTags(groups)
  const gates = summarizeGates(report)
  const table = runs.length === 0 ? { lines: [], leftOut: [] } : chooseLayout({ groups, footnotes, tags, width, color })
  const client = clientLine(runs)
  const sections = [
    wrap(heading(report), width, INDENT).map((line) => paint(line, 'bold', color)),
    table.lines,
    [
      ...tags.legend.flatMap((line) => wrap(line, width, '   ')),
      ...footnotes.flatMap(({ letter, lines }) => lines.flatMap((line) => wrap(`${letter}  ${line}`, width, '   '))),
    ],
    client === null ? [] : wrap(client, width, INDENT).map((line) => paint(line, 'dim', color)),
    doubtfulVerdicts(runs, width, color),
    openCases(runs, width, color),
    news(runs, width, color),
    gates === null ? [] : wrap(gates, width, INDENT),
    report.failedCases.flatMap(({ case: name, framework, message }) => {
      const where = framework === null ? '' : ` (${plainLine(framework)})`
      const line = `✗ ${plainLine(name)}${where} did not run: ${firstLine(message)}`
      return wrap(line, width, INDENT).map((part) => paint(part, 'red', color))
    }),
    table.leftOut.length === 0
      ? []
      : wrap(`not shown: ${table.leftOut.join(', ')}; all columns: bench-results/report.md`, width, INDENT).map(
          (line) => paint(line, 'dim', color),
        ),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** An exit code of 0 must not be read as "all objectives hold". */
function openCases(runs: readonly CaseReport[], width: number, color: boolean): string[] {
  const open = runs.filter((run) => caseVerdict(run) === 'inconclusive')
  if (open.length === 0) return []
  const text = `${open.length} inconclusive: neither shown nor refuted, and no failure unless LLM_BENCH_INCONCLUSIVE=fail`
  return wrap(text, width, INDENT).map((line) => paint(line, 'yellow', color))
}

/** What got better is no reason to fail, but one to accept the run as the new baseline; what was accepted, one to look at it. */
function news(runs: readonly CaseReport[], width: number, color: boolean): string[] {
  const labels = labelRuns(runs)
  return runs.flatMap((run) =>
    run.verdicts
      .filter(isNews)
      .flatMap((verdict) =>
        wrap(`${VERDICT_MARKS.pass} ${labels.get(run)}: ${describeVerdict(verdict)}`, width, INDENT).map((line) =>
          paint(line, 'green', color),
        ),
      ),
  )
}

function heading(report: PooledReport): string {
  const simulated = allSimulated(report.runs) ? ['simulated, no real server'] : []
  return [summarize(report), ...scenarioFacts(report.runs), ...simulated].join(' · ')
}

function doubtfulVerdicts(runs: readonly CaseReport[], width: number, color: boolean): string[] {
  const labels = labelRuns(runs)
  return (['fail', 'invalid', 'inconclusive'] as const).flatMap((word) =>
    runs.flatMap((run) =>
      verdictsThat(run, word).flatMap((verdict) =>
        wrap(`${VERDICT_MARKS[word]} ${labels.get(run)}: ${describeVerdict(verdict)}`, width, INDENT).map((line) =>
          paint(line, VERDICT_STYLES[word], color),
        ),
      ),
    ),
  )
}
