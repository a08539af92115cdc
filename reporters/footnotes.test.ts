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

const table = (width: number, ...runs: RunReport[]) => renderTable(report(runs), { width, color: false })

const footnotes = (...runs: RunReport[]) =>
  [80, 120, 200].map((width) =>
    table(width, ...runs)
      .replaceAll(/\n {3,}/g, ' ')
      .split('\n')
      .filter((line) => /^[a-z] {2}/.test(line)),
  )

test('a cache in which nothing was found is a footnote, and one that is not told is none', () => {
  const cold = ['a  prefix cache: no prompt token came from it']
  expect(footnotes(row(1, 0), row(3, 0), row(5, null))).toEqual([cold, cold, cold])
  expect(footnotes(row(1, null))).toEqual([[], [], []])
  expect(table(200, row(1, 0))).not.toContain('cached')
})

test('where anything was found the table has a column for it at every width, and no footnote', () => {
  const rows = [row(1, 0), row(3, 0.031), row(5, null)]
  expect(footnotes(...rows)).toEqual([[], [], []])
  expect(table(80, ...rows)).toMatchInlineSnapshot(`
    "3 cases: 3 pass · Meta-Llama-3-8B-Instruct · sharegpt · poisson

                                   tok/s  ─ TTFT ms ──     TPOT ms
      rate     n  cached %  req/s    out    p50    p99   p50   p99  verdict
    vllm 0.4.1 base
         1  1000      0.00   4.58  915.5  119.8  370.9  83.0  96.6  ✓ pass
         3  1000      3.10   4.58  915.5  119.8  370.9  83.0  96.6  ✓ pass
         5  1000         –   4.58  915.5  119.8  370.9  83.0  96.6  ✓ pass

    not shown: duration (s), total input tokens, total generated tokens, input token
      throughput (tok/s), P90 TTFT (ms), P90 TPOT (ms); all columns:
      bench-results/report.md
    "
  `)
  expect(table(120, ...rows)).toMatch(/ cached % /)
  expect(table(200, ...rows)).toMatch(/ cached .*\n.* \(%\) /)
})

test('the doubt tells the share itself: it is not said twice', () => {
  const doubt = '82.0 % of the prompt tokens came from the cache.'
  const lines = [`a  warm-cache: ${doubt}`]
  expect(footnotes(row(3, 0.82, doubt))).toEqual([lines, lines, lines])
})

test('Markdown, JUnit and CSV have the share too', () => {
  const bench = report([row(3, 0.031)])
  expect(renderMarkdown(bench)).toContain('| prompt tokens from the prefix cache (%) |')
  expect(renderMarkdown(bench)).toContain('| 3.1 |')
  expect(renderMarkdown(bench)).toContain('At most 3.1 % of the prompt tokens of a case came from a prefix cache')
  expect(renderJunit(bench)).toContain('<property name="cachedPromptShare" value="0.031"/>')
  const [heads, values] = renderCsv(bench)
    .split('\r\n')
    .map((line) => line.split(','))
  expect(values?.[heads?.indexOf('cachedPromptShare') ?? -1]).toBe('0.031')
})
