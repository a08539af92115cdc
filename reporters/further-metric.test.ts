import { afterAll, expect, test, vi } from 'vitest'
import type { BenchReport } from '../src/report.ts'

/** What a metric takes: its definition, and a line in the catalog. */
vi.doMock('../src/metrics/catalog.ts', async (importOriginal) => {
  const { CATALOG } = await importOriginal<typeof import('../src/metrics/catalog.ts')>()
  const { numberMetric, rate, sampleMetric } = await import('../src/metrics/metric.ts')
  const headLatency = sampleMetric({
    id: 'headLatency',
    label: 'head latency',
    better: 'lower',
    absentWhen: 'no response began',
    evidence: 'requests',
    failedIsEndless: true,
    clientError: 'ttft',
    unseen: null,
    samples: ({ outcome, sentAt, headAt }) =>
      outcome.status === 'completed' && sentAt !== null && headAt !== null ? [headAt - sentAt] : [],
  })
  const longestAnswer = numberMetric({
    id: 'longestAnswer',
    label: 'longest answer',
    unit: 'tokens',
    better: 'higher',
    absentWhen: null,
    objective: 'bounds',
    schema: rate,
    summarise: ({ completed }) => Math.max(...completed.map(({ outputTokens }) => outputTokens ?? 0)),
  })
  return { CATALOG: [...CATALOG, headLatency, longestAnswer] }
})
// Test files share a worker: what reads the catalog is loaded again, here with these metrics and afterwards without them.
vi.resetModules()
afterAll(() => {
  vi.doUnmock('../src/metrics/catalog.ts')
  vi.resetModules()
})

const { changesOf } = await import('../src/baseline/history-series.ts')
const { flatMetrics } = await import('../src/metrics/flat-metrics.ts')
const { Metrics } = await import('../src/metrics/metrics.ts')
const { madeUpRecord, madeUpReport } = await import('../src/metrics/records.testkit.ts')
const { REPORT_SCHEMA } = await import('../src/report.ts')
const { judgeSlo } = await import('../src/slo/judge-slo.ts')
const { parseSlo, printSlo } = await import('../src/slo/parse-slo.ts')
const { Verdict } = await import('../src/verdict/verdict.ts')
const { inWords } = await import('../src/verdict/words.ts')
const { renderCsv } = await import('./csv.ts')
const { renderOpenMetrics } = await import('./openmetrics.ts')

// 100 responses begin 1 to 100 ms after their requests, in any order: P90 has rank 99 * 0.9 = 89.1, which is 90.1 ms. Five tokens
// each.
const RECORDS = Array.from({ length: 100 }, (_, i) =>
  madeUpRecord({ dueAt: i * 1000, headAt: i * 1000 + ((i * 37) % 100) + 1 }),
)
const CASE = madeUpReport(RECORDS)
const SLO = parseSlo('longestAnswer>=6, headLatency.p90<200')

test('a further metric in the catalog is measured, stored, asked for, judged and exported', () => {
  expect(Metrics.parse(JSON.parse(JSON.stringify(CASE.metrics)))).toEqual(CASE.metrics)
  expect(Object.fromEntries(flatMetrics(CASE.metrics))).toMatchObject({
    'headLatency.p90': expect.closeTo(90.1, 9) as number,
    longestAnswer: 5,
  })
  expect(printSlo(SLO)).toBe('headLatency.p90<=200, longestAnswer>=6')

  const verdicts = judgeSlo({ metrics: CASE.metrics, trials: [RECORDS] }, SLO)
  expect(verdicts.map((verdict) => `${verdict.verdict}: ${inWords(verdict).message}`)).toEqual([
    'pass: headLatency.p90 90.1 ms <= 200 ms: 0 of 100 over: at most 3% exceed it, 95% sure',
    'fail: longestAnswer 5 tokens < 6 tokens',
  ])
  expect(verdicts.map((verdict) => Verdict.parse(JSON.parse(JSON.stringify(verdict))))).toEqual(verdicts)

  const report: BenchReport = { schema: REPORT_SCHEMA, cases: [CASE], failedCases: [], falseFailChance: 0 }
  expect(renderOpenMetrics(report)).toMatch(/^llm_bench_head_latency_seconds\{.*statistic="max"\} 0\.1$/m)
  expect(renderOpenMetrics(report)).toMatch(/^# HELP llm_bench_longest_answer longest answer, tokens\.$/m)
  expect(renderCsv(report).split('\r\n', 1)[0]).toMatch(/,headLatency\.p99,.*,longestAnswer$/)
})

test('its history knows which way is worse', () => {
  const version = (name: string, value: number) => ({
    version: name,
    recordedAt: `2024-05-0${name}`,
    trials: [value, value * 1.001, value * 0.999].map((longestAnswer) => ({ seed: 0, metrics: { longestAnswer } })),
  })
  const history = {
    case: 'c',
    framework: 'vllm',
    variant: 'base',
    model: null,
    simulated: false,
    requestRate: 8,
    versions: [version('1', 100), version('2', 100), version('3', 50), version('4', 50)],
  } as const
  expect(changesOf(history, 'longestAnswer')).toMatchObject([{ index: 2, direction: 'worse' }])
})
