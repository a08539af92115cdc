import { expect, test } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { itl } from './itl.ts'
import { peakConcurrencyOf } from './peak-concurrency.ts'
import { queueLateness } from './queue-lateness.ts'
import { failedRecord, madeUpRecord } from './records.testkit.ts'
import { seriesOf } from './series.ts'
import { summarise } from './summarise.ts'
import { tpot } from './tpot.ts'
import { ttft } from './ttft.ts'

// due at 1000, first text at 1100, whatever the head and the role delta did before: 100 ms
test('TTFT runs from the due time to the first generated output', () => {
  const record = madeUpRecord({ dueAt: 1000, sentAt: 1030, headAt: 1031, firstEventAt: 1032 })
  expect(ttft.samples(record)).toEqual([100])
  expect(queueLateness.samples(record)).toEqual([30])
})

// five tokens from 100 to 140 ms: 40 ms over 4 gaps
test('TPOT divides by the tokens after the first', () => {
  expect(tpot.samples(madeUpRecord())).toEqual([10])
})

// nine tokens in the same five events: 40 ms over 8 gaps, while the four gaps between events stay 10 ms
test('TPOT counts tokens where ITL counts events', () => {
  const record = madeUpRecord({ outputTokens: 9 })
  expect(tpot.samples(record)).toEqual([5])
  expect(itl.samples(record)).toEqual([10, 10, 10, 10])
})

test.for([
  ['one token', { outputTokens: 1, outputAt: Float64Array.of(100) }],
  ['many tokens in one event', { outputTokens: 50, outputAt: Float64Array.of(100) }],
  ['an unknown number of tokens', { outputTokens: null }],
] as const)('TPOT of %s is absent, not zero', ([, differences]) => {
  expect(tpot.samples(madeUpRecord(differences))).toEqual([])
})

test('a failed request has no latency, even if it began to answer', () => {
  const cut = madeUpRecord({ outcome: { status: 'failed', kind: 'truncated', message: 'cut' } })
  expect([ttft, tpot, itl].flatMap((metric) => metric.samples(cut))).toEqual([])
})

// Three requests due at 0, 500 and 1000; the last completed one ends at 1000 + 140, the failed one at 501.
// D = 1140 ms. Two completed: 2 / 1.14 s = 1.754/s; 14 prompt tokens: 12.28/s; 10 output tokens: 8.77/s.
test('rates divide by the time from the first due request to the last end', () => {
  const metrics = summarise([madeUpRecord(), failedRecord({ dueAt: 500 }), madeUpRecord({ dueAt: 1000 })])
  expect(metrics).toMatchObject({ durationMs: 1140, completed: 2, failed: 1, inputTokens: 14, outputTokens: 10 })
  expect(metrics.requestThroughput).toBeCloseTo(1.754, 3)
  expect(metrics.inputThroughput).toBeCloseTo(12.28, 2)
  expect(metrics.outputThroughput).toBeCloseTo(8.77, 2)
  expect(metrics.ttft?.count).toBe(2)
  expect(metrics.itl?.count).toBe(8)
  expect(metrics.goodput).toBeNull()
})

// one of two completed requests is good enough, the failed one is not asked: 1 / 1.14 s
test('goodput counts only completed requests that met their objectives', () => {
  const records = [madeUpRecord(), failedRecord({ dueAt: 500 }), madeUpRecord({ dueAt: 1000 })]
  const { goodput } = summarise(records, { meetsObjectives: ({ dueAt }) => dueAt > 0 })
  expect(goodput).toBeCloseTo(1 / 1.14)
})

test('a run in which everything failed has null distributions and no throughput', () => {
  const metrics = summarise([failedRecord(), failedRecord({ dueAt: 1000 })], { meetsObjectives: () => true })
  expect(metrics).toMatchObject({
    completed: 0,
    failed: 2,
    requestThroughput: 0,
    outputThroughput: 0,
    goodput: 0,
    ttft: null,
    tpot: null,
    itl: null,
    e2eLatency: null,
  })
})

test('a run without requests is an error, not a row of zeros', () => {
  expect(() => summarise([])).toThrow(BenchError)
})

// [0, 140) and [100, 240) overlap; [140, 280) begins when the first ends: never three at once
test('peak concurrency is exact, and a request that takes a freed place does not overlap', () => {
  expect(peakConcurrencyOf([madeUpRecord(), madeUpRecord({ dueAt: 100 }), madeUpRecord({ dueAt: 140 })])).toBe(2)
  expect(peakConcurrencyOf([failedRecord({ sentAt: null })])).toBe(0)
})

// Due at 950, output at 1050 to 1090: five tokens in the second second, in flight from 950 to 1090. Another from 3000
// to 3140. Seconds from the first due time, 950: outputs at 100..140 ms are in second 0, the other request in second 2.
test('the series has one value for each second, the empty ones included', () => {
  expect(seriesOf([madeUpRecord({ dueAt: 950 }), madeUpRecord({ dueAt: 3000 })])).toEqual({
    inFlight: [1, 0, 1],
    completions: [1, 0, 1],
    outputTokens: [5, 0, 5],
  })
})

// in flight from 0 to 2500: seconds 0, 1 and 2, though nothing changes in second 1
test('a second without a change keeps its level', () => {
  expect(seriesOf([madeUpRecord({ endedAt: 2500 })]).inFlight).toEqual([1, 1, 1])
})
