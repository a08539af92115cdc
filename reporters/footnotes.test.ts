import { expect, test } from 'vitest'
import type { RunReport } from '../src/report.ts'
import { renderTable } from './console-table.ts'
import { renderCsv } from './csv.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { report, sampleRun } from './sample-reports.testkit.ts'

/** A row at that rate, whose server found so much of the prompts in its cache. */
function row(requestRate: number, cachedPromptShare: number | null, doubt?: string): RunReport {
  const made = sampleRun({ case: `chat > ${requestRate} req/s`, load: { requestRate } })
  const warnings = doubt === undefined ? [] : [{ code: 'warm-cache' as const, message: doubt }]
  return { ...made, validity: { ...made.validity, cachedPromptShare, warnings } }
}

const footnotes = (...runs: RunReport[]) =>
  [80, 120, 200].map((width) =>
    renderTable(report(runs), { width, color: false })
      .replaceAll(/\n {3,}/g, ' ')
      .split('\n')
      .filter((line) => /^[a-z] {2}/.test(line)),
  )

test('what a server tells of its prefix cache stands under its row, be it nothing; what it does not tell has no line', () => {
  const cold = ['a  prefix cache: no prompt token came from it']
  expect(footnotes(row(1, 0), row(3, 0), row(5, null))).toEqual([cold, cold, cold])
  const warm = [
    'a  prefix cache: vllm 0.4.1 base, 1 req/s: no prompt token came from it',
    'a  prefix cache: vllm 0.4.1 base, 3 req/s: 3.1 % of the prompt tokens came from it',
  ]
  expect(footnotes(row(1, 0), row(3, 0.031))).toEqual([warm, warm, warm])
})

test('the doubt tells the share itself: it is not said twice', () => {
  const doubt = '82.0 % of the prompt tokens came from the cache.'
  const lines = [`a  warm-cache: ${doubt}`]
  expect(footnotes(row(3, 0.82, doubt))).toEqual([lines, lines, lines])
})

test('Markdown, JUnit and CSV have the share too', () => {
  const bench = report([row(3, 0.031)])
  expect(renderMarkdown(bench)).toContain('3.1 % of the prompt tokens came from it')
  expect(renderMarkdown(bench)).toContain('At most 3.1 % of the prompt tokens of a case came from a prefix cache')
  expect(renderJunit(bench)).toContain('<property name="cachedPromptShare" value="0.031"/>')
  const [heads, values] = renderCsv(bench)
    .split('\r\n')
    .map((line) => line.split(','))
  expect(values?.[heads?.indexOf('cachedPromptShare') ?? -1]).toBe('0.031')
})
