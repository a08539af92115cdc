import { expect, test } from 'vitest'
import type { CaseReport } from '../src/report.ts'
import { renderTable } from './console-table.ts'
import { renderCsv } from './csv.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { failedRecord, madeUpRecord, madeUpReport } from '../src/metrics/records.testkit.ts'
import { report, sampleCase } from './sample-reports.testkit.ts'

/** A row at that rate, whose server found so much of the prompts in its cache. */
function row(requestRate: number, cachedPromptShare: number | null, doubt?: string): CaseReport {
  return sampleCase({
    case: `chat > ${requestRate} req/s`,
    load: { requestRate },
    validity: { cachedPromptShare },
    doubts: doubt === undefined ? [] : [{ code: 'warm-cache', message: doubt }],
  })
}

const table = (width: number, ...cases: CaseReport[]) => renderTable(report(cases), { width, color: false })

const footnotes = (...cases: CaseReport[]) =>
  [80, 120, 200].map((width) =>
    table(width, ...cases)
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

test.for([
  [{ sent: 20, failed: 2, trimmed: 0 }, '20 requests warmed the server up (2 of them failed) and counted in no number'],
  [{ sent: 0, failed: 0, trimmed: 12 }, '12 requests filled its batch and counted only if they failed'],
  [
    { sent: 1, failed: 0, trimmed: 12 },
    '1 request warmed the server up and counted in no number; 12 requests filled its batch and counted only if they failed',
  ],
] as const)(
  'the footnote of the warm-up tells what there was, and nothing of what there was not (%#)',
  ([warmup, text]) => {
    const made = row(1, null)
    expect(footnotes({ ...made, validity: { ...made.validity, warmup } })[2]).toEqual([`a  warm-up: ${text}`])
  },
)

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

// 10 requests of 7 tokens, in which the server counts 27 more each: 70, and 70 + 270.
test("input tokens are the workload's; where the server counts others, its number stands beside them", () => {
  const told = (serverPromptTokens: number | null, completed = 10): CaseReport =>
    madeUpReport(
      Array.from({ length: 10 }, (_, i) =>
        madeUpRecord({ index: i, dueAt: i * 125, serverPromptTokens: i < completed ? serverPromptTokens : null }),
      ),
    )
  const line = 'input tokens: 70 as the workload counts them (words), 340 as the server does'
  expect(table(200, told(34))).toContain(line)
  expect(renderMarkdown(report([told(34)]))).toContain(line)
  expect(renderJunit(report([told(34)]))).toContain('<property name="inputTokensByServer" value="340"/>')
  for (const same of [told(7), told(null), told(34, 9)]) expect(table(200, same)).not.toContain('input tokens:')
})

// 3 of 40 requests filled the batch, one of which failed; 10 of the 47 that were asked for were never sent.
test('all columns of a row are of the same requests', () => {
  const records = Array.from({ length: 40 }, (_, i) => madeUpRecord({ index: i - 3, dueAt: i * 125 }))
  const cut = madeUpReport(records.with(1, failedRecord({ index: -2, dueAt: 125 })))
  const bench = report([
    { ...cut, load: { ...cut.load, numPrompts: 47 }, validity: { ...cut.validity, sentShare: 37 / 47 } },
  ])
  // n, duration from 375 ms to 4875 + 140 ms, 37 x 7 and 37 x 5 tokens.
  expect(renderMarkdown(bench)).toContain('| 8 | 38 | 4.64 | 259 | 185 |')
  expect(renderJunit(bench)).toContain('37 of 48 requests completed')
})
