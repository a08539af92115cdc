import { expect, test } from 'vitest'
import { formatInterval, overlap, percentileInterval } from './percentile-interval.ts'

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const plain = String

test('of 1000 samples the P99 lies between two of the slowest', () => {
  // Binomial(1000, 0.99) has mean 990 and deviation 3.1: 1.645 deviations to either side are ranks 985 and 996.
  const interval = percentileInterval(upTo(1000), 0.99)
  expect(interval).toEqual({ lo: 985, hi: 996 })
  expect(interval && formatInterval(interval, plain)).toBe('985–996')
})

test('100 samples do not bound a P99 from above, and 2 samples no P50 at all', () => {
  const tail = percentileInterval(upTo(100), 0.99)
  expect(tail?.hi).toBeNull()
  expect(tail && formatInterval(tail, plain)).toBe(`from ${tail?.lo}`)
  const median = percentileInterval(upTo(2), 0.5)
  expect(median && formatInterval(median, plain)).toBe('unbounded')
})

test('without samples there is no interval', () => {
  expect(percentileInterval([], 0.5)).toBeNull()
})

test('an open side overlaps whatever lies beyond', () => {
  expect(overlap({ lo: 10, hi: null }, { lo: 90, hi: 99 })).toBe(true)
  expect(overlap({ lo: null, hi: 5 }, { lo: 1, hi: 2 })).toBe(true)
  expect(overlap({ lo: 1, hi: 2 }, { lo: 3, hi: null })).toBe(false)
})
