import { expect, test } from 'vitest'
import { poisson } from './poisson.ts'

test('vllm-0.4.1: the gaps are those of np.random.seed(0), exponential(1 / rate)', () => {
  // At 1 a second: 0.79587450816311 s, then 1.2559307629658378 s more, ...
  const offsets = poisson({ compat: 'vllm-0.4.1' }).offsets({ count: 4, requestRate: 1, seed: 0 })
  const golden = [0, 795.8745081631, 2051.8052711289, 2975.028416933]
  golden.forEach((offset, i) => expect(offsets[i]).toBeCloseTo(offset, 9))
})

test('vllm-0.4.1: a thousand arrivals at 8 a second end where numpy ends', () => {
  const offsets = poisson({ compat: 'vllm-0.4.1' }).offsets({ count: 1000, requestRate: 8, seed: 0 })
  expect(offsets[999]).toBeCloseTo(125301.20859134677, 8)
})

test.each([-1, 2 ** 32, 0.5])('vllm-0.4.1: a seed of %d, which numpy refuses, is refused', (seed) => {
  const arrival = poisson({ compat: 'vllm-0.4.1' })
  expect(() => arrival.offsets({ count: 2, requestRate: 1, seed })).toThrow(`The seed ${seed} cannot seed`)
})

test('gaps are exponential: 1 - 1/e of them are shorter than the mean', () => {
  const offsets = poisson().offsets({ count: 10_001, requestRate: 10, seed: 3 })
  const shorter = offsets.slice(1).filter((offset, i) => offset - offsets[i]! < 100).length
  // The standard error of the share is 0.005; four of them are allowed.
  expect(Math.abs(shorter / 10_000 - (1 - 1 / Math.E))).toBeLessThan(0.02)
})
