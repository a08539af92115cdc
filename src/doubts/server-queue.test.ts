import { expect, test } from 'vitest'
import { madeUpTelemetry } from '../telemetry/telemetry.testkit.ts'
import { madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'
import type { Telemetry } from '../report.ts'
import { queueGrowing } from './server-queue.ts'

/** 240 requests in 30 s: 8 a second. */
const RECORDS = Array.from({ length: 240 }, (_, i) => recordWithTtft(100, (i * 30_000) / 239))
const { load } = madeUpReport(RECORDS)
const said = (telemetry: Telemetry) => queueGrowing({ load, records: RECORDS, telemetry })
const during = <T>(waiting: (second: number) => T): T[] => Array.from({ length: 40 }, (_, i) => waiting(i))

// 323 at the end of the 30 seconds, draining for 10 more
test('a queue that grows as long as requests arrive is told by its longest moment', () => {
  const waiting = during((second) => (second <= 30 ? Math.round((second * 323) / 30) : 323 - 30 * (second - 30)))
  const kvCacheUse = waiting.map((length) => (length > 100 ? 0.9887 : 0.5))
  expect(said(madeUpTelemetry({ waiting, kvCacheUse }))).toEqual([
    { code: 'queue-growing', message: "The server's queue grew to 323 waiting, KV cache 99 %." },
  ])
  expect(said(madeUpTelemetry({ waiting }))).toEqual([
    { code: 'queue-growing', message: "The server's queue grew to 323 waiting." },
  ])
})

test.each([
  { queue: 'empty', waiting: during(() => 0) },
  { queue: 'long and steady', waiting: during((second) => 200 + (second % 3)) },
  { queue: 'shrinking', waiting: during((second) => 300 - second) },
  // 20 more within two thirds of 240 arrivals would be 12 %; 5 more are 3 %
  { queue: 'growing by a few', waiting: during((second) => Math.floor(second / 6)) },
  { queue: 'growing only before the warm-up is over', waiting: during((second) => Math.min(second, 9) * 10) },
  { queue: 'growing only when nothing arrives any more', waiting: during((second) => Math.max(0, second - 30) * 50) },
  { queue: 'not told', waiting: during(() => null) },
])('a queue that is $queue is no doubt', ({ waiting }) => {
  expect(said(madeUpTelemetry({ waiting }))).toEqual([])
})

test('the report of such a run says so, unless everything was due at once', () => {
  const telemetry = madeUpTelemetry({ waiting: during((second) => second * 10) })
  const codes = (requestRate: number | null) =>
    madeUpReport(RECORDS, { telemetry, load: { ...load, requestRate } }).doubts.map(({ code }) => code)
  expect(codes(8)).toContain('queue-growing')
  expect(codes(null)).not.toContain('queue-growing')
})
