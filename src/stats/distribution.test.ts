import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distribution } from './distribution.ts'

test('samples of either sign, zeros of both, in any order: the extremes and the median are those of sorted ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
      (samples) => {
        const sorted = samples.toSorted((a, b) => a - b)
        const middle = (sorted.length - 1) / 2
        const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
        const found = distribution(samples)!
        return found.min === sorted[0] && found.max === sorted.at(-1) && Math.abs(found.p50 - median) <= 1e-6
      },
    ),
  )
})

test.for([NaN, -NaN, Infinity, -Infinity])('%s is no sample', (sample) => {
  expect(() => distribution([1, sample, -1])).toThrow(/not finite/)
  expect(() => distribution([1, sample])).toThrow(/not finite/)
})
