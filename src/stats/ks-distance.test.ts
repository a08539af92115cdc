import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ksDistance } from './ks-distance.ts'

test.each([
  ['the same values in another order', [3, 1, 2], [1, 2, 3], 0],
  ['samples that do not overlap', [1, 2], [3, 4, 5], 1],
  // After 1: 1/2 against 0. After 2: 1/2 against 1/2. After 3: 1 against 1/2. After 4: 1 against 1.
  ['values that alternate', [1, 3], [2, 4], 0.5],
  // After 1: 3/4 against 1/4.
  ['ties', [1, 1, 1, 2], [1, 2, 2, 2], 0.5],
])('%s', (_, a, b, distance) => {
  expect(ksDistance(a, b)).toBeCloseTo(distance, 12)
})

test('within the tolerance, a jitter around equal values is no distance', () => {
  expect(ksDistance([100, 100, 100], [99.9, 100.1, 100], 0.5)).toBe(0)
  expect(ksDistance([100, 100, 100], [99.9, 100.1, 100])).toBeCloseTo(1 / 3, 12)
  // One of three gaps is longer by far more.
  expect(ksDistance([100, 100, 100], [99.9, 100.1, 150], 0.5)).toBeCloseTo(1 / 3, 12)
})

test('nothing is at no distance from anything', () => {
  expect(ksDistance([], [1])).toBeNull()
})

test('it is the largest difference of the shares below any value, whichever sample comes first', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const share = (values: readonly number[], at: number): number =>
        values.filter((value) => value <= at).length / values.length
      const expected = Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))))
      expect(ksDistance(a, b)).toBeCloseTo(expected, 12)
      expect(ksDistance(b, a)).toBeCloseTo(expected, 12)
    }),
  )
})
