import { expect, test } from 'vitest'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { offeredRate } from './offered-rate.ts'

const RECORDS = Array.from({ length: 30 }, (_, index) => madeUpRecord({ index }))
const { load, validity } = madeUpReport(RECORDS)

/** What is said of 30 requests at 8 a second. */
function said(
  dueRate: number | null,
  sentRate: number | null,
  { arrival = 'poisson', requestRate = 8, records = RECORDS, aborted = false }: Differences = {},
): string[] {
  return offeredRate({
    load: { ...load, requestRate, arrival },
    result: { aborted, connections: null },
    records,
    validity: { ...validity, stimulus: { ...validity.stimulus, dueRate, sentRate } },
  }).map(({ code, message }) => `${code}: ${message}`)
}

interface Differences {
  readonly arrival?: string
  readonly requestRate?: number | null
  readonly records?: typeof RECORDS
  readonly aborted?: boolean
}

test('a rate that is off by up to 5 % either way is the rate that was asked for', () => {
  expect(said(8, 8)).toEqual([])
  expect(said(8, 7.61)).toEqual([])
  expect(said(8.39, 8.39)).toEqual([])
})

test('a client that fell behind its schedule', () => {
  expect(said(8, 6)).toEqual([
    'rate-not-reached: 6.00 requests/s were offered where 8.00 requests/s were asked for (75.0 %); the schedule (poisson) had 8.00 requests/s.',
  ])
})

test('a schedule whose gaps are left to chance, or were recorded', () => {
  const schedule = 'the schedule (poisson (vllm-0.4.1)) had'
  expect(said(11.68, 11.68, { arrival: 'poisson (vllm-0.4.1)' })).toEqual([
    `rate-exceeded: 11.68 requests/s were offered where 8.00 requests/s were asked for (146.0 %); ${schedule} 11.68 requests/s.`,
  ])
  // Failed before they left: the schedule alone tells.
  expect(said(6, null, { arrival: 'poisson (vllm-0.4.1)' })).toEqual([
    `rate-not-reached: 6.00 requests/s were offered where 8.00 requests/s were asked for (75.0 %); ${schedule} 6.00 requests/s.`,
  ])
})

test('two errors that cancel each other are still a client behind its schedule', () => {
  expect(said(10, 8)).toEqual(['rate-not-reached: 8.00 requests/s were sent where 10.00 requests/s were due (80.0 %).'])
})

test('several requests that were all due at once have no rate, which is above any', () => {
  expect(said(null, 2, { arrival: 'all at once' })).toEqual([
    'rate-exceeded: All 30 requests were due at once (all at once) where 8.00 requests/s were asked for.',
  ])
  expect(said(null, null, { requestRate: null })).toEqual([])
  expect(said(null, null, { records: RECORDS.slice(0, 1) })).toEqual([])
})

test('a run that was cut short had a part of its schedule, whose rate is left to chance', () => {
  expect(said(6, 6, { aborted: true })).toEqual([])
})
