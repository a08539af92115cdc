import fc from 'fast-check'
import { expect, test } from 'vitest'
import golden from '../../fixtures/statistics-golden.json' with { type: 'json' }
import { createRandom, normal } from '../base/random.ts'
import { findChangePoints } from './change-points.ts'

test('finds the golden change', () => {
  expect(findChangePoints({ values: golden.scan.x, replicateSd: golden.scan.sd })).toEqual(golden.scan.cps)
})

test('finds each of two steps, up and down, and the newest point', () => {
  const steps = [0, 0.01, 0, 0.01, 0.2, 0.21, 0.2, 0.21, 0, 0.01, 0, 0.01]
  expect(findChangePoints({ values: steps, replicateSd: 0.01 })).toEqual([4, 8])
  expect(findChangePoints({ values: [0, 0.01, 0, 0.01, 0, 0.01, 0, 0.2], replicateSd: 0.01 })).toEqual([7])
})

// ln 1.02 is below ln 1.03
test('a step of 2 % is never one, however small the noise', () => {
  const step = Math.log(1.02)
  expect(findChangePoints({ values: [0, 0, 0, step, step, step], replicateSd: 1e-6 })).toEqual([])
  expect(findChangePoints({ values: [0, 0, 0, 0.04, 0.04, 0.04], replicateSd: 0 })).toEqual([3])
})

test('noise between sessions that trials do not show raises the bar', () => {
  const jumpy = [0, 0.1, 0, 0.1, 0, 0.1, 0.1, 0.2, 0.1, 0.2]
  expect(findChangePoints({ values: jumpy, replicateSd: 0.001 })).toEqual([])
})

test('too short a history has none, and a gap in it is an error', () => {
  expect(findChangePoints({ values: [], replicateSd: 0.01 })).toEqual([])
  expect(findChangePoints({ values: [0, 9], replicateSd: 0.01 })).toEqual([])
  for (const replicateSd of [NaN, -1]) {
    expect(() => findChangePoints({ values: [0, 1, 2], replicateSd })).toThrow('no number')
  }
  expect(() => findChangePoints({ values: [0, NaN, 0], replicateSd: 0.01 })).toThrow('no number')
  expect(() => findChangePoints({ values: [0, 1, 2], replicateSd: 0.01, trials: 1 })).toThrow('too few trials')
})

test('a shift of all values moves no change, and the mirrored history has the same', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: -5, max: 5, noNaN: true }), (seed, shift) => {
      const random = createRandom(seed, 'history')
      const values = Array.from({ length: 12 }, (_, i) => 0.02 * normal(random) + (i < 6 ? 0 : 0.2))
      const found = findChangePoints({ values, replicateSd: 0.02 })
      expect(findChangePoints({ values: values.map((value) => -value), replicateSd: 0.02 })).toEqual(found)
      expect(findChangePoints({ values: values.map((value) => value + shift), replicateSd: 0.02 })).toEqual(found)
    }),
  )
})

test('300 histories without a change have at most 2 % with one', () => {
  const random = createRandom(1, 'histories')
  const alarms = Array.from({ length: 300 }, () =>
    findChangePoints({ values: Array.from({ length: 15 }, () => 0.02 * normal(random)), replicateSd: 0.02 }),
  ).filter((found) => found.length > 0)
  expect(alarms.length).toBeLessThanOrEqual(6)
})
