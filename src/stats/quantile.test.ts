import fc from 'fast-check'
import { Bench } from 'tinybench'
import { expect, test } from 'vitest'
import { distribution } from './distribution.ts'
import { quantile, valueAtRank } from './quantile.ts'

// rank = (4 - 1) * 0.9 = 2.7: seven tenths of the way from the third value (30) to the fourth (70)
test('interpolates between the neighbours of a fractional rank', () => {
  expect(quantile([10, 20, 30, 70], 0.9)).toBeCloseTo(30 + 0.7 * 40)
  expect(quantile([10, 20, 30, 70], 0)).toBe(10)
  expect(quantile([10, 20, 30, 70], 1)).toBe(70)
})

test('refuses to take a quantile of nothing', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError)
  expect(() => valueAtRank([1], 1)).toThrow('Rank 1 lies outside 1 samples')
})

test('describes no samples by null, not by zeros', () => {
  expect(distribution([])).toBeNull()
})

test('refuses a sample that is not a number instead of hiding it in a mean', () => {
  expect(() => distribution([1, NaN, 3])).toThrow(RangeError)
  expect(() => distribution([1, Infinity])).toThrow(RangeError)
})

// mean of 1..5 is 3; squares 4 + 1 + 0 + 1 + 4 = 10 over n - 1 = 4 is 2.5
test('puts n - 1 into the denominator of the standard deviation', () => {
  expect(distribution([5, 3, 1, 2, 4])).toEqual({
    mean: 3,
    std: Math.sqrt(2.5),
    min: 1,
    p50: 3,
    p75: 4,
    p90: 4.6,
    p95: 4.8,
    p99: 4.96,
    max: 5,
    count: 5,
  })
  expect(distribution([8])).toMatchObject({ mean: 8, std: 0, p99: 8, count: 1 })
})

test('agrees with the statistics of tinybench', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 200 }),
      (samples) => {
        const ours = distribution(samples)
        const theirs = tinybenchStatistics(samples)
        expect(ours?.p50).toBeCloseTo(theirs.p50, 9)
        expect(ours?.p99).toBeCloseTo(theirs.p99, 6)
        expect(ours?.mean).toBeCloseTo(theirs.mean, 6)
        expect(ours?.std).toBeCloseTo(theirs.sd, 5)
      },
    ),
    { numRuns: 30 },
  )
})

function tinybenchStatistics(samples: readonly number[]): { p50: number; p99: number; mean: number; sd: number } {
  const bench = new Bench({ iterations: samples.length, time: 0, warmup: false })
  let i = 0
  bench.add('samples', () => ({ overriddenDuration: samples[i++] ?? NaN }), { async: false })
  const result = bench.runSync()[0]?.result
  if (result?.state !== 'completed') throw new Error(`tinybench ended ${result?.state}`)
  return result.latency
}
