import { expect, test } from 'vitest'
import { loadShapeOf } from './load-shape.ts'
import { failedRecord, madeUpRecord } from './records.testkit.ts'

/** 20 events, one every 50 ms from 100 ms after it was due. */
function stream(dueAt: number) {
  return madeUpRecord({ dueAt, outputAt: Float64Array.from({ length: 20 }, (_, i) => dueAt + 100 + i * 50) })
}

// Four streams within 30 ms: 4 open at once, 80 events within one second. 80 is between 64 and 128, whose quarter steps are
// 64, 76.1, 90.5, 107.6.
test('a load is as busy as its busiest second, a little rounded up', () => {
  const later = madeUpRecord({ dueAt: 60_000 })
  const shape = loadShapeOf([stream(0), stream(10), stream(20), stream(30), later])
  expect(shape).toEqual({ streams: 4, eventsPerSecond: expect.closeTo(90.5, 1), requestsPerSecond: 4 })
})

test('loads that differ by a few per cent have one shape', () => {
  const of = (count: number) => loadShapeOf(Array.from({ length: count }, (_, i) => stream(i)))
  expect(of(100)).toEqual(of(105))
  expect(of(100)!.streams).toBe(108)
})

test('a load without an answer has none', () => {
  expect(loadShapeOf([failedRecord()])).toBeNull()
})
