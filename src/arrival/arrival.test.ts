import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allAtOnce, constant, gamma, poisson } from './index.ts'

/** Those whose mean gap is exactly 1 / rate. */
const exact = [poisson(), gamma({ burstiness: 1e-6 }), gamma({ burstiness: 0.5 }), gamma({ burstiness: 4 }), constant()]
const paced = [...exact, poisson({ compat: 'vllm-0.4.1' })]
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

test.each(exact)('$label: n requests at any rate span exactly (n - 1) / rate, whatever the seed', (arrival) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), requestRate, seed, (count, requestRate, seed) => {
      const span = arrival.offsets({ count, requestRate, seed }).at(-1)!
      expect(span).toBe((count - 1) * (1000 / requestRate))
    }),
    { numRuns: 30 },
  )
})

test('vllm-0.4.1: the mean gap is 1 / rate on average, and off in a short run', () => {
  // 20,000 gaps at 4 a second: 250 ms each, with a standard error of 0.7 %; four of them are allowed.
  const arrival = poisson({ compat: 'vllm-0.4.1' })
  const offsets = arrival.offsets({ count: 20_001, requestRate: 4, seed: 5 })
  expect(Math.abs(offsets[20_000]! / 20_000 / 250 - 1)).toBeLessThan(0.03)
  // The last of 30 requests at 1 a second is due after 35.7 s instead of 29 s: 0.81 a second.
  expect(29_000 / arrival.offsets({ count: 30, requestRate: 1, seed: 0 })[29]!).toBeCloseTo(0.81, 2)
})

test.each(paced)('$label: at twice the rate everything is due in half the time', (arrival) => {
  fc.assert(
    fc.property(count, requestRate, seed, (count, requestRate, seed) => {
      const slow = arrival.offsets({ count, requestRate, seed })
      const fast = arrival.offsets({ count, requestRate: requestRate * 2, seed })
      expect(fast.map((offset) => offset * 2)).toEqual(slow)
    }),
    // With a burstiness of 0.000001 these had offsets so small that half of them was no half.
    { numRuns: 30, examples: [[215, 4.316008774434067, 3224173455]] },
  )
})

test.each([constant(), poisson({ compat: 'vllm-0.4.1' })])(
  '$label: a shorter schedule is the beginning of a longer one',
  (arrival) => {
    const longer = arrival.offsets({ count: 50, requestRate: 3, seed: 9 })
    expect(arrival.offsets({ count: 20, requestRate: 3, seed: 9 })).toEqual(longer.slice(0, 20))
  },
)

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
