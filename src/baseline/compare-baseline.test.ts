import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import type { RunReport } from '../report.ts'
import { compareWithBaseline } from './compare-baseline.ts'
import { toleranceRule } from './tolerance-rule.ts'

/** 20 requests, one a second; first output after `ttft` ms, five tokens `gap` ms apart. */
function run(ttft: number, gap = 30, failed = 0): RunReport {
  const outputAt = (due: number) => Float64Array.from({ length: 5 }, (_, i) => due + ttft + i * gap)
  return madeUpReport([
    ...Array.from({ length: 20 - failed }, (_, i) => madeUpRecord({ dueAt: i * 1000, outputAt: outputAt(i * 1000) })),
    ...Array.from({ length: failed }, (_, i) => failedRecord({ dueAt: (20 - failed + i) * 1000 })),
  ])
}

function failing(candidate: RunReport, baseline: RunReport[]): string[] {
  return compareWithBaseline(candidate, baseline).flatMap(({ verdict, message }) => (verdict === 'pass' ? [] : message))
}

test('the same run passes every gate', () => {
  const verdicts = compareWithBaseline(run(100), [run(100)])
  expect(verdicts.map(({ verdict, message }) => `${verdict}: ${message}`)).toMatchInlineSnapshot(`
    [
      "pass: ttft.p50 100.0 ms, baseline 100.0 ms (0.0 %: within 5 % or 1 ms)",
      "pass: ttft.p90 100.0 ms, baseline 100.0 ms (0.0 %: within 10 % or 1 ms)",
      "pass: tpot.p50 30.0 ms, baseline 30.0 ms (0.0 %: within 5 % or 1 ms)",
      "pass: tpot.p90 30.0 ms, baseline 30.0 ms (0.0 %: within 10 % or 1 ms)",
      "pass: e2eLatency.p50 220.0 ms, baseline 220.0 ms (0.0 %: within 5 % or 1 ms)",
      "pass: e2eLatency.p90 220.0 ms, baseline 220.0 ms (0.0 %: within 10 % or 1 ms)",
      "pass: errorRate 0.00 %, baseline 0.00 % (0.00 %: within 0 %)",
      "pass: requestThroughput 1.04 req/s, baseline 1.04 req/s (0.0 %: within 5 %)",
      "pass: outputThroughput 5.20 tok/s, baseline 5.20 tok/s (0.0 %: within 5 %)",
    ]
  `)
})

// TTFT 100 -> 112: P50 may reach 105, P90 110. E2E 220 -> 232 is 5.5 %: P50 may reach 231, P90 242.
test('a typical value may be worse by 5 %, a tail by 10 %', () => {
  expect(failing(run(112), [run(100)])).toEqual([
    'ttft.p50 112.0 ms, baseline 100.0 ms (+12.0 %: worse, limit 5 %)',
    'ttft.p90 112.0 ms, baseline 100.0 ms (+12.0 %: worse, limit 10 %)',
    'e2eLatency.p50 232.0 ms, baseline 220.0 ms (+5.5 %: worse, limit 5 %)',
  ])
})

// TPOT 3 -> 3.9 ms is 30 %, but less than 1 ms
test('less than a millisecond is never a regression', () => {
  expect(failing(run(100, 3.9), [run(100, 3)])).toEqual([])
})

test('an improvement passes and is called one', () => {
  expect(compareWithBaseline(run(80), [run(100)])[0]).toMatchObject({
    verdict: 'pass',
    message: 'ttft.p50 80.0 ms, baseline 100.0 ms (-20.0 %: improved)',
  })
})

// the mean of 90 and 110 is 100: 104 is within 5 %
test('several accepted runs count by their mean', () => {
  expect(failing(run(104), [run(90), run(110)])).toEqual([])
})

test('more failures than before are a regression, though the rest is as fast', () => {
  expect(failing(run(100, 30, 1), [run(100)])).toContainEqual(
    'errorRate 5.00 %, baseline 0.00 % (+5.00 %: worse, limit 0 %)',
  )
})

test('a run in which everything failed passes no gate', () => {
  const verdicts = compareWithBaseline(run(100, 30, 20), [run(100)])
  expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['fail']))
  expect(verdicts[0]?.message).toBe('ttft.p50: this run has no such value, and no data is a failure')
})

test('a baseline in which everything failed lets only the error rate pass', () => {
  const passing = compareWithBaseline(run(100), [run(100, 30, 20)]).filter(({ verdict }) => verdict === 'pass')
  expect(passing.map(({ message }) => message)).toEqual(['errorRate 0.00 %, baseline 100.0 % (-100.0 %: improved)'])
})

test('a value that is not a number passes no gate', () => {
  const report = run(100)
  const ttft = { ...report.metrics.ttft, p50: NaN } as RunReport['metrics']['ttft']
  expect(failing({ ...report, metrics: { ...report.metrics, ttft } }, [run(100)])).toEqual([
    'ttft.p50: this run has no such value, and no data is a failure',
  ])
})

test('a load without a metric can leave its gate out', () => {
  const rule = toleranceRule([{ metric: 'ttft', statistic: 'p50', tolerance: 0.2 }])
  expect(compareWithBaseline(run(112), [run(100)], rule).map(({ objective }) => objective)).toEqual([
    'ttft.p50 <= 120 ms',
  ])
})

test('another version of the framework is what a baseline is for', () => {
  const report = run(100)
  expect(failing({ ...report, target: { ...report.target, version: '0.5.0' } }, [run(100)])).toEqual([])
})

test('only runs of the same stimulus are compared with', () => {
  const other = run(10)
  expect(failing(run(100), [{ ...other, load: { ...other.load, digest: 'other' } }, run(100)])).toEqual([])
})

test.for([
  ['framework', { target: { framework: 'sglang' } }, 'the framework is sglang and was vllm'],
  ['variant', { target: { variant: 'awq' } }, 'the variant is awq and was base'],
  ['model', { target: { model: null } }, 'the model is unknown and was llama'],
  ['kind of server', { target: { simulated: true } }, 'the server is simulated and was real'],
  ['request rate', { load: { requestRate: null } }, 'the request rate is all at once and was 8/s'],
  ['concurrency cap', { load: { maxConcurrency: 4 } }, 'the concurrency cap is 4 and was none'],
  ['stimulus', { load: { digest: 'f00' } }, 'the stimulus is f00 and was abc'],
] as const)('another %s cannot be compared', ([, differences, message]) => {
  const report = run(100)
  const candidate = {
    ...report,
    target: { ...report.target, ...('target' in differences ? differences.target : {}) },
    load: { ...report.load, ...('load' in differences ? differences.load : {}) },
  }
  expect(() => compareWithBaseline(candidate, [run(100)])).toThrow(
    expect.objectContaining({ code: 'not-comparable', message: expect.stringContaining(message) }),
  )
})

test('a baseline without a run is an error, not a pass', () => {
  expect(() => compareWithBaseline(run(100), [])).toThrow('has a baseline without any run')
})
