import { expect, test } from 'vitest'
import { judgeSlo } from '../slo/judge-slo.ts'
import { judgeStimulus } from '../slo/judge-stimulus.ts'
import { decodeMeasured } from './measured-requests.ts'
import { failedRecord, madeUpCase, madeUpRecord, madeUpReport } from './records.testkit.ts'

/** One request a second that takes `ms`; the first `fill` of them fill the batch. */
function every(ms: number, count: number, fill = 0) {
  return Array.from({ length: count }, (_, i) =>
    madeUpRecord({ index: i - fill, dueAt: i * 1000, outputAt: Float64Array.of(i * 1000 + ms) }),
  )
}

// 23 requests a second apart that take 2.5 s: without the first 3 the run lasts from 3 s to 22 + 2.5 s.
test('what filled the batch is kept, and in no number', () => {
  const report = madeUpReport(every(2500, 23, 3), { warmup: { sent: 2, failed: 0 } })
  const { validity, metrics, load } = report
  const trial = report.trials[0]!
  expect(validity.warmup).toEqual({ sent: 2, failed: 0, trimmed: 3 })
  expect(trial.requests.count).toBe(23)
  expect(load.numPrompts).toBe(20)
  expect(validity).toMatchObject({ sentShare: 1, tokenSources: { usage: 20 }, finishReasons: { length: 20 } })
  expect(metrics).toMatchObject({ completed: 20, failed: 0, durationMs: 21_500, inputTokens: 140, outputTokens: 100 })
  expect(metrics.ttft?.count).toBe(20)
  expect(decodeMeasured(trial).dueAt[0]).toBe(3000)
  expect(madeUpReport(every(2500, 20)).validity.warmup).toEqual({ sent: 0, failed: 0, trimmed: 0 })
})

// The fill has 3 requests, of which one fails after 1 ms; 4 are measured, from 3 s to 6 + 0.1 s.
test('a failure is never lost: it counts as failed, and stretches no duration', () => {
  const records = every(100, 7, 3).with(1, failedRecord({ index: -2, dueAt: 1000 }))
  const report = madeUpReport(records)
  expect(report.metrics).toMatchObject({ completed: 4, failed: 1, durationMs: 3100 })
  expect(report.errors).toMatchObject([{ kind: 'connect', count: 1 }])
  expect(decodeMeasured(report.trials[0]!)).toMatchObject({ count: 5, failures: [{ index: 0, kind: 'connect' }] })
  const [verdict] = judgeSlo({ metrics: report.metrics, trials: [records] }, { errorRate: 0 })
  expect(verdict).toMatchObject({ verdict: 'fail', observed: 0.2 })
  expect(madeUpCase([records, records]).metrics).toMatchObject({ completed: 8, failed: 2, durationMs: 6200 })
})

test('of a schedule only the measured requests are judged, and all of them', () => {
  // 1 of 100 measured requests is 6 ms late; so are all ten of the fill.
  const late = (i: number) => (i < 10 || i === 50 ? 6 : 0)
  const records = every(100, 110, 10).map((record, i) => ({ ...record, sentAt: record.dueAt + late(i) }))
  expect(madeUpReport(records).validity.stimulus.lateSends).toBe(1)
  expect(judgeStimulus(madeUpReport(records)).at(-1)).toMatchObject({ verdict: 'pass', observed: 0.01 })
})

// A fill of 2 requests at 1 a second lasts 2 s. Answers of 2 s fill the batch in that time; those of 3.5 s do not, and the
// requests due at 2 and 3 s came before the first answer of the run.
test('a fill that was over before an answer took its time is a doubt, with both times', () => {
  const doubts = (ms: number, fill: number): string[] =>
    madeUpReport(every(ms, 40, fill)).doubts.flatMap(({ code, message }) => (code === 'short-fill' ? message : []))
  expect(doubts(2000, 2)).toEqual([])
  expect(doubts(3500, 2)).toEqual([
    'Requests filled the batch for 2.0 s, and a median answer took 3.5 s: the first 2 of 38 measured requests found the server emptier than the others.',
  ])
  expect(doubts(3500, 0)).toEqual([])
})

test('a run that was cut short counts its measured requests', () => {
  const records = every(100, 8, 3)
  const result = { records, unsent: 15, aborted: true, connections: null, utilisation: null }
  const load = { ...madeUpReport(records).load, numPrompts: 20 }
  const { validity, doubts } = madeUpReport(records, { result, load })
  expect(validity.sentShare).toBe(0.25)
  expect(doubts[0]?.message).toBe('The run was cut short after 5 of 20 requests.')
})

test('a run that ended before its first measured request has nothing to report', () => {
  expect(() => madeUpReport(every(100, 3, 3))).toThrow('The run made no request')
})
