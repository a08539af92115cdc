import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pythonSeed } from '../base/mersenne-twister.ts'
import { pythonChoices, pythonSample, pythonShuffle } from './python-sample.ts'

/** Each printed by CPython 3.11: `random.seed(seed); random.sample(range(n), k)`. */
test.each([
  { name: 'set', seed: 0, n: 90000, drawn: [50494, 55125, 5306, 33936, 67013, 63691] },
  { name: 'set, since 250 is above 21 + 4^3', seed: 42, n: 250, drawn: [163, 28, 6, 189, 70, 62] },
  { name: 'pool', seed: 42, n: 30, drawn: [20, 3, 0, 23, 8, 7] },
  { name: 'pool, eight of forty', seed: 1, n: 40, drawn: [8, 36, 4, 16, 7, 31, 28, 30] },
  { name: 'negative seed', seed: -7, n: 1000, drawn: [331, 970, 154, 404, 666, 49] },
  { name: 'seed of two words', seed: 2 ** 40 + 17, n: 1000, drawn: [677, 782, 247, 468, 707, 772] },
])('random.sample as CPython: $name', ({ seed, n, drawn }) => {
  expect(pythonSample(pythonSeed(seed), n, drawn.length)).toEqual(drawn)
})

test('random.shuffle and random.choices as CPython, one after the other', () => {
  const random = pythonSeed(0)
  const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  expect(pythonShuffle(random, digits)).toEqual([7, 8, 1, 5, 3, 4, 2, 0, 9, 6])
  expect(pythonChoices(random, digits, 6)).toEqual([3, 8, 2, 1, 1, 0])
})

test('a sample has k different members of the range', () => {
  const sizes = fc.integer({ min: 1, max: 3000 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })))
  fc.assert(
    fc.property(fc.integer(), sizes, (seed, [n, k]) => {
      const drawn = pythonSample(pythonSeed(seed), n, k)
      expect(new Set(drawn).size).toBe(k)
      expect(drawn.every((i) => i >= 0 && i < n)).toBe(true)
    }),
    { numRuns: 50 },
  )
})
