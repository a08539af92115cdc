import { expect, test } from 'vitest'
import { BenchReport, type CaseReport } from '../src/report.ts'
import { renderTable } from './console-table.ts'
import { renderCsv } from './csv.ts'
import { renderHtml } from './html/render-html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { onlyWritable } from './only-writable.ts'
import { renderOpenMetrics } from './openmetrics.ts'
import { report, sampleCase } from './sample-reports.testkit.ts'

const good = sampleCase({ case: 'good > vllm > 1 req/s' })

/** A run of ten requests whose answers have 1e15 tokens by the server's word: their sum is no safe integer. */
const drowned = sampleCase({ case: 'bad > vllm > 2 req/s', metrics: { outputTokens: 1e16 } })
const bad = sampleCase({ case: 'bad > vllm > 2 req/s' })
const cut: CaseReport = {
  ...bad,
  trials: bad.trials.map((trial) => ({ ...trial, requests: { ...trial.requests, count: 3 } })),
}

const FORMATS = {
  terminal: (bench: BenchReport) => renderTable(bench, { width: 300, color: false }),
  JSON: renderJson,
  JUnit: (bench: BenchReport) => renderJunit(bench),
  Markdown: (bench: BenchReport) => renderMarkdown(bench),
  HTML: (bench: BenchReport) => renderHtml(bench),
  CSV: renderCsv,
  OpenMetrics: renderOpenMetrics,
}

test.for(Object.entries(FORMATS))('%s keeps the good case beside one that cannot be written', ([, render]) => {
  const text = render(report([drowned, good], []))
  expect(text).not.toContain('of 2000 requests')
  expect(text).toContain(good.target.variant)
  expect(text).toContain('bad > vllm > 2 req/s'.replaceAll('>', text.includes('&gt;') ? '&gt;' : '>'))
  expect(text).not.toMatch(/1e\+16|10000000000000000/)
})

test.for([
  [drowned, /metrics\.outputTokens: /],
  [{ ...drowned, metrics: { ...good.metrics, requestThroughput: NaN } }, /metrics\.requestThroughput: .*NaN/],
  [{ ...drowned, metrics: { ...good.metrics, durationMs: Infinity } }, /metrics\.durationMs: /],
  [cut, /Column "dueAt" of the report holds 0 bytes where 3 requests take 24/],
] as const)('a case that cannot be written failed, and says which field and why (%#)', ([bad, why]) => {
  const { cases, failedCases } = onlyWritable(report([bad, good], []))
  expect(cases).toEqual([good])
  expect(failedCases).toEqual([
    { case: 'bad > vllm > 2 req/s', framework: 'vllm', message: expect.stringMatching(why) },
  ])
})

test('a trial that cannot be written takes its case with it, which was judged on all of them', () => {
  const [sound, wrong] = [bad.trials, drowned.trials].map(([trial]) => trial)
  const { cases, failedCases } = onlyWritable(report([{ ...bad, trials: [sound!, { ...wrong!, trial: 1 }] }, good], []))
  expect(cases).toEqual([good])
  expect(failedCases).toHaveLength(1)
})

test('a report that can be written is the same', () => {
  const bench = report([good], [])
  expect(onlyWritable(bench)).toBe(bench)
})
