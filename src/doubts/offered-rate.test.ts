import { expect, test } from 'vitest'
import { offeredRate } from './offered-rate.ts'

/** What is said of 30 requests at 8 a second. */
function said(dueRate: number | null, sentRate: number | null, arrival = 'poisson'): string[] {
  const load = { requestRate: 8, arrival }
  return offeredRate(load, { dueRate, sentRate }, 30).map(({ code, message }) => `${code}: ${message}`)
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
  expect(said(11.68, 11.68, 'poisson (vllm-0.4.1)')).toEqual([
    `rate-exceeded: 11.68 requests/s were offered where 8.00 requests/s were asked for (146.0 %); ${schedule} 11.68 requests/s.`,
  ])
  // Failed before they left: the schedule alone tells.
  expect(said(6, null, 'poisson (vllm-0.4.1)')).toEqual([
    `rate-not-reached: 6.00 requests/s were offered where 8.00 requests/s were asked for (75.0 %); ${schedule} 6.00 requests/s.`,
  ])
})

test('two errors that cancel each other are still a client behind its schedule', () => {
  expect(said(10, 8)).toEqual(['rate-not-reached: 8.00 requests/s were sent where 10.00 requests/s were due (80.0 %).'])
})

test('several requests that were all due at once have no rate, which is above any', () => {
  expect(said(null, 2, 'all at once')).toEqual([
    'rate-exceeded: All 30 requests were due at once (all at once) where 8.00 requests/s were asked for.',
  ])
  expect(offeredRate({ requestRate: null, arrival: 'poisson' }, { dueRate: null, sentRate: null }, 30)).toEqual([])
  expect(offeredRate({ requestRate: 8, arrival: 'poisson' }, { dueRate: null, sentRate: null }, 1)).toEqual([])
})
