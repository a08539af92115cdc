import { expect, test } from 'vitest'
import { measuredRequests } from './measured-requests.ts'
import { failedRecord, madeUpReport, recordWithTtft } from './records.testkit.ts'
import { countFilling, withoutTrimmed } from './trim.ts'

/** One request a second, each of which takes `ms`. */
function every(ms: number, count: number) {
  return Array.from({ length: count }, (_, i) => recordWithTtft(ms, i * 1000))
}

// answers of 2.5 s: those due at 0, 1 and 2 s are within 2.5 s of the first
test('the requests due within one median answer of the first fill the batch', () => {
  expect(countFilling(every(2500, 20))).toBe(3)
  expect(countFilling(every(500, 20))).toBe(1)
})

// answers of 12 s: 13 of 20 would go
test('nothing is cut where more than half would go, all were due at once, or nothing completed', () => {
  expect(countFilling(every(12_000, 20))).toBe(0)
  expect(countFilling(Array.from({ length: 5 }, () => recordWithTtft(10)))).toBe(0)
  expect(countFilling([failedRecord()])).toBe(0)
  expect(countFilling([])).toBe(0)
})

test('a failure is never cut, in the records or in a report', () => {
  const records = [recordWithTtft(9000, 0), failedRecord({ dueAt: 1000 }), ...every(100, 5)]
  expect(withoutTrimmed(records, 3)).toEqual(records.toSpliced(2, 1).slice(1))
  const report = madeUpReport(records)
  report.validity.warmup.trimmed = 3
  const { failed, ttft } = measuredRequests(report)
  expect(failed).toEqual([true, false, false, false, false])
  expect(ttft[0]).toBeNull()
  expect(ttft[1]).toBeCloseTo(100, 0)
})

// 20 requests a second apart that take 2.5 s: without the first 3 the run lasts from 3 s to 19 + 2.5 s
test('a report that is trimmed says so, keeps every request and measures the others', () => {
  const { validity, requests, metrics } = madeUpReport(every(2500, 20), { warmup: { sent: 2, failed: 0 } })
  expect(validity.warmup).toEqual({ sent: 2, failed: 0, trimmed: 3 })
  expect(requests.count).toBe(20)
  expect(metrics).toMatchObject({ completed: 17, durationMs: 18_500 })
  expect(madeUpReport(every(2500, 20)).validity.warmup).toEqual({ sent: 0, failed: 0, trimmed: 0 })
})
