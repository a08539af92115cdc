import { join } from 'node:path'
import { checkNames } from '../src/base/options.ts'
import type { BenchReport, CaseReport } from '../src/report.ts'
import { clientLine } from './client-line.ts'
import { columnsOf, type Column } from './columns.ts'
import { allSimulated, collectFootnotes, lettersOf } from './footnotes.ts'
import { groupCases, labelCases } from './groups.ts'
import { pageModel } from './html/page-model.ts'
import { trustSentences } from './html/trust-section.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { onlyWritable } from './only-writable.ts'
import { OUTPUT_DIR } from './output-dir.ts'
import { rowTags, type RowTags } from './row-tags.ts'
import { formatFixed, formatRequestRate } from './units.ts'
import { VERDICT_MARKS, caseVerdict } from '../src/verdict/case-verdict.ts'
import { byCause, isNews } from '../src/verdict/kinds.ts'
import type { Verdict, VerdictWord } from '../src/verdict/verdict.ts'
import { describeVerdict } from '../src/verdict/words.ts'
import { doubtOn, summarize, summarizeGates } from './verdicts.ts'

export interface MarkdownOptions {
  readonly title?: string
  /** The folder of the report files, where what is left out here can be found. Default `bench-results`. */
  readonly outputDir?: string
}

/** GitHub takes 1 MiB of step summary a step, and other steps' reporters may write to the same file. */
const MAX_BYTES = 900_000

/** So that a long table leaves room for the failures under it. */
const TABLE_SHARE = 0.6

/** A longer message is cut: somebody's server answered with a page. */
const MAX_MESSAGE = 2000

/** The complete report as GitHub-flavoured Markdown, below 900 kB; what had to be left out is said where it is missing. */
export function renderMarkdown(bench: BenchReport, options: MarkdownOptions = {}): string {
  const example = "renderMarkdown(report, { title: 'Nightly' })"
  checkNames(options, ['title', 'outputDir'], { of: 'renderMarkdown()', code: 'bad-options', example })
  const { title = 'LLM serving benchmark', outputDir = OUTPUT_DIR } = options
  const report = onlyWritable(bench)
  const groups = groupCases(report.cases)
  const cases = groups.flatMap((group) => group.cases)
  const labels = labelCases(cases)
  const tags = rowTags(groups)
  const columns = columnsOf(cases)
  const footnotes = collectFootnotes(cases)
  const told = (isTold: (verdict: Verdict) => boolean): string[] =>
    cases.flatMap((row) =>
      byCause(row.verdicts.filter(isTold)).map(
        (verdict) => `- ${escape(labels.get(row) ?? '')}: ${escape(describeVerdict(verdict))}`,
      ),
    )
  const judged = (word: VerdictWord): string[] => told(({ verdict }) => verdict === word)
  const client = clientLine(cases)
  const sections: Section[] = [
    {
      head: tableHead(tags, columns),
      items: groups.flatMap((group) =>
        group.cases.map((row) => tableRow(group.title, row, { tags, columns, letters: lettersOf(row, footnotes) })),
      ),
    },
    { head: [], items: tags.legend.map((line) => `- ${escape(line)}`) },
    {
      head: [],
      items: footnotes.flatMap(({ letter, lines }) => lines.map((line) => `- **${letter}** ${escape(line)}`)),
    },
    { head: [], items: client === null ? [] : [capitalised(client)] },
    { head: ['### Objectives missed', ''], items: judged('fail') },
    { head: ['### Runs not valid', ''], items: judged('invalid') },
    { head: ['### Inconclusive', ''], items: judged('inconclusive') },
    { head: ['### Improved or accepted', ''], items: told(isNews) },
    {
      head: ['### Cases that did not run', ''],
      items: report.failedCases.map(({ case: name, framework, message }) => {
        const where = framework === null ? '' : ` (${escape(framework)})`
        return `- ${VERDICT_MARKS.fail} **${escape(name)}**${where}: ${escape(message)}`
      }),
    },
    {
      head: ['### Can this run be trusted?', ''],
      items: cases.length === 0 ? [] : trustSentences(pageModel(report)).map((sentence) => `- ${escape(sentence)}`),
    },
  ]
  const simulated = allSimulated(cases) ? ' All servers were simulated.' : ''
  const gates = summarizeGates(report)
  const intro = [`## ${escape(title)}`, `${summarize(report)}.${simulated}`, ...(gates === null ? [] : [`${gates}.`])]
  return `${[...intro, ...fitSections(sections, join(outputDir, 'report.json'))].join('\n\n')}\n`
}

interface Section {
  readonly head: readonly string[]
  readonly items: readonly string[]
}

/** Renders the sections that have items, each with as many as its room allows; `whole` is the file that has all of them. */
function fitSections(sections: readonly Section[], whole: string): string[] {
  // Head lines, titles and the notes about omissions are far below the kilobytes held back here.
  let room = MAX_BYTES - 20_000
  return sections
    .filter(({ items }) => items.length > 0)
    .map(({ head, items }, i) => {
      let budget = i === 0 ? room * TABLE_SHARE : room
      const kept: string[] = []
      for (const item of items) {
        budget -= Buffer.byteLength(item) + 1
        if (budget < 0) break
        kept.push(item)
        room -= Buffer.byteLength(item) + 1
      }
      const left = items.length - kept.length
      const note = left === 0 ? [] : ['', `${left} more left out to keep this page small: see ${whole}.`]
      return [...head, ...kept, ...note].join('\n')
    })
}

function capitalised(line: string): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`
}

interface RowLayout {
  readonly tags: RowTags
  readonly columns: readonly Column[]
  /** Of its footnotes. */
  readonly letters: string
}

function tableHead({ header }: RowTags, columns: readonly Column[]): string[] {
  const titles = ['framework and variant', ...header, ...columns.map((column) => column.title), 'verdict']
  const rules = ['---', ...header.map(() => '---'), ...columns.map(() => '--:'), '---']
  return [tableLine(titles), tableLine(rules)]
}

function tableRow(title: string, row: CaseReport, { tags: { header, tags }, columns, letters }: RowLayout): string {
  const numbers = columns.map((column) => {
    const value = column.value(row)
    if (column.id === 'requestRate') return formatRequestRate(value)
    const text = formatFixed(value, column.decimals)
    const doubt = doubtOn(row, column.id)
    return doubt === null ? text : `**${text}** ${VERDICT_MARKS[doubt]}`
  })
  const word = caseVerdict(row)
  const verdict = `${VERDICT_MARKS[word]} ${word}${letters === '' ? '' : ` <sup>${letters}</sup>`}`
  return tableLine([escape(title), ...header.map(() => escape(tags.get(row) ?? '')), ...numbers, verdict])
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Foreign text as itself: no markup, no table cell, no line of its own. */
function escape(text: string): string {
  const line = plainLine(text)
  const short = line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE).toWellFormed()}…` : line
  return short
    .replace(/[\\`*_[\]|~#!$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
