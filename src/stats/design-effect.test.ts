import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { designEffect } from './design-effect.ts'
import { quantile } from './quantile.ts'

const trial = (text: string): boolean[] => text.split('').map((letter) => letter === 'x')

// p = 4/16, blocks of 4 with shares 1 0 0 0: variance 0.25; independent requests 3/16 / 4 = 0.046875. Four blocks, 3 df:
// t = 2.3534/1.6449, t^2 = 2.0470
test('requests that are over in one block together count for less', () => {
  expect(designEffect([trial('xxxx............')])).toBeCloseTo(1 + 2.047 * (0.25 / 0.046875 - 1), 3)
})

// every block has one: no variance at all
test('requests spread more evenly than chance are worth no more than one', () => {
  expect(designEffect([trial('x...x...x...x...')])).toBe(1)
})

// p = 3/600; shares 3/200, 0, 0: variance 0.000075; independent requests 0.005 * 0.995 / 200. Blocks of 14, spread out: less
test('trials that differ count for less too', () => {
  const bad = Array.from({ length: 200 }, (_, i) => i % 60 === 30 && i < 160)
  const good = bad.map(() => false)
  expect(designEffect([bad, good, good])).toBeCloseTo(3.015075, 6)
})

test('without a request over the level, or with every one, nothing can be measured', () => {
  expect(designEffect([trial('....')])).toBe(1)
  expect(designEffect([trial('xxxx')])).toBe(1)
  expect(designEffect([trial('x')])).toBe(1)
})

// two trials of one request each, one over: p 1/2, variance of 1 and 0 is 1/2; independent 1/4: 2. As two blocks with 1 df,
// t = 6.3138/1.6449: 1 + 14.73 (2 - 1)
test('two blocks know next to nothing of their variance', () => {
  expect(designEffect([[true], [false]])).toBeCloseTo(15.73, 2)
})

// What shares vary by chance is taken for a little clustering, and what is under 1 for 1.
test('requests drawn alone are worth about themselves', () => {
  const random = createRandom(3, 'drawn alone')
  const drawn = (): boolean[] => Array.from({ length: 1000 }, () => random.next() > 0.9)
  const effects = Array.from({ length: 100 }, () => designEffect([drawn()])).toSorted((a, b) => a - b)
  expect(quantile(effects, 0.5)).toBeLessThan(1.2)
  expect(quantile(effects, 0.9)).toBeLessThan(1.7)
})

/** 1000 requests, of which those in [0, 100) and [300, 400) exceed every tenth time: the waves are longer than sqrt(n). */
const waves = Array.from({ length: 1000 }, (_, i) => i % 300 < 100 && i % 10 === 0)

// p = 40/1000. Blocks of 100: four with a share of 0.1, six with none: variance (4 * 0.06^2 + 6 * 0.04^2) / 9 = 0.0026667;
// independent requests 0.04 * 0.96 / 100 = 0.000384, so 6.944 times as much. With 9 df t = 1.8331/1.6449, t^2 = 1.2420:
// 1 + 1.2420 * 5.944. Blocks of 32 have three or four of them or none, which is less.
test('waves that last longer than sqrt(n) requests show in long blocks', () => {
  expect(designEffect([waves])).toBeCloseTo(8.383, 2)
})
