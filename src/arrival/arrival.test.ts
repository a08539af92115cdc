import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allAtOnce, constant, gamma, poisson } from './index.ts'

const paced = [
  poisson(),
  poisson({ compat: 'vllm-0.4.1' }),
  gamma({ burstiness: 0.5 }),
  gamma({ burstiness: 4 }),
  constant(),
]
const count = fc.integer({ min: 1, max: 300 })
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const requestRate = fc.double({ min: 1e-3, max: 1e6, noNaN: true })

test.each([...paced, allAtOnce()])('$label: as many offsets as asked for, ascending from 0', (arrival) => {
  fc.assert(
    fc.property(count, requestRate, seed, (count, requestRate, seed) => {
      const offsets = arrival.offsets({ count, requestRate, seed })
      expect(offsets).toHaveLength(count)
      expect(offsets[0]).toBe(0)
      expect(offsets.every((offset, i) => Number.isFinite(offset) && (i === 0 || offset >= offsets[i - 1]!))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test.each(paced)('$label: the mean gap is 1 / rate', (arrival) => {
  // 20,000 gaps at 4 a second: 250 ms each. The burstiest law here has a coefficient of variation of sqrt 2, so the
  // mean has a standard error of 1 %; four of them are allowed.
  const offsets = arrival.offsets({ count: 20_001, requestRate: 4, seed: 5 })
  expect(Math.abs(offsets[20_000]! / 20_000 / 250 - 1)).toBeLessThan(0.04)
})

test.each(paced)('$label: at twice the rate everything is due in half the time', (arrival) => {
  fc.assert(
    fc.property(count, requestRate, seed, (count, requestRate, seed) => {
      const slow = arrival.offsets({ count, requestRate, seed })
      const fast = arrival.offsets({ count, requestRate: requestRate * 2, seed })
      expect(fast.map((offset) => offset * 2)).toEqual(slow)
    }),
    { numRuns: 30 },
  )
})

test.each(paced)('$label: a shorter schedule is the beginning of a longer one', (arrival) => {
  const longer = arrival.offsets({ count: 50, requestRate: 3, seed: 9 })
  expect(arrival.offsets({ count: 20, requestRate: 3, seed: 9 })).toEqual(longer.slice(0, 20))
})

test.each(paced)('$label: an infinite rate is all at once', (arrival) => {
  expect(arrival.offsets({ count: 4, requestRate: Infinity, seed: 1 })).toEqual([0, 0, 0, 0])
})

test.each([-1, 0, NaN, -Infinity])('a rate of %d is refused by name', (requestRate) => {
  for (const arrival of paced) {
    expect(() => arrival.offsets({ count: 2, requestRate, seed: 0 })).toThrow(
      `The request rate is ${requestRate}. Give requests per second as a positive number, or Infinity for all at once.`,
    )
  }
})
