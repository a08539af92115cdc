import { expect, test } from 'vitest'
import { histogramDelta, readHistogram } from './histogram.ts'
import { parseMetricsText } from '../base/metrics-text.ts'
import { VLLM_041, VLLM_MAIN } from './pages.testkit.ts'
import type { Histogram } from './reading.ts'

const ttft = (page: string): Histogram => readHistogram(parseMetricsText(page), 'vllm:time_to_first_token_seconds')!

test('the buckets of several engines add up: 4 + 2 up to 0.25 s, 10 in all, 3.5 s', () => {
  expect(ttft(VLLM_MAIN)).toEqual({ bounds: [0.25], cumulated: [6], count: 10, sum: 3.5 })
})

// 100 requests, 60 of them within 1 to 250 ms: the 50th lies at 1 + 249 * 50/60 = 208.5 ms, the 99th above the last bound
test('quantiles are guessed within their bucket, and not at all above the last bound', () => {
  expect(histogramDelta(undefined, ttft(VLLM_041))).toEqual({
    count: 100,
    meanMs: 325,
    p50Ms: expect.closeTo(208.5),
    p99Ms: null,
  })
})

// 20 + 10 requests more since then: 10 s in all is 333 ms each; the 15th of 30 lies at 1 + 249 * 15/20 = 187.75 ms
test('what was there before the run does not count', () => {
  const before = ttft(VLLM_041)
  const after = { ...before, cumulated: [0, 80, 120], count: 130, sum: 42.5 }
  expect(histogramDelta(before, after)).toEqual({
    count: 30,
    meanMs: expect.closeTo(333.333, 3),
    p50Ms: expect.closeTo(187.75),
    p99Ms: expect.closeTo(492.5),
  })
})

test('nothing observed is no histogram, and neither is one that went back', () => {
  const before = ttft(VLLM_041)
  expect(histogramDelta(before, before)).toBeNull()
  expect(histogramDelta(before, { ...before, count: 3, sum: 1 })).toBeNull()
})

test('without buckets there is still a mean', () => {
  expect(histogramDelta(undefined, { bounds: [], cumulated: [], count: 4, sum: 2 })).toEqual({
    count: 4,
    meanMs: 500,
    p50Ms: null,
    p99Ms: null,
  })
})
