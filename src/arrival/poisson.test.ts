import { expect, test } from 'vitest'
import { ksDistance } from '../stats/ks-distance.ts'
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

test('the gaps of many seeds are exponential', () => {
  // 100 seeds of 300 gaps against 30,000 quantiles of the exponential law. Two samples of one law would be 0.016 apart in one
  // of a thousand cases. Scaling to an exact span moves the law itself by less than 0.001 at 300 gaps.
  const gaps = seeds(100).flatMap((seed) => gapsOf(poisson().offsets({ count: 301, requestRate: 10, seed })))
  const exponential = Array.from({ length: 30_000 }, (_, i) => -Math.log(1 - (i + 0.5) / 30_000) * 100)
  expect(ksDistance(gaps, exponential)).toBeLessThan(0.016)
})

test('given both ends, the arrivals between them are spread evenly: a Poisson process given its count', () => {
  // The 9 arrivals between the first and the last of 11 at 1 a second, over 10 s, for 2000 seeds: 18,000 uniform times.
  const between = seeds(2000).flatMap((seed) => poisson().offsets({ count: 11, requestRate: 1, seed }).slice(1, -1))
  const uniform = Array.from({ length: 18_000 }, (_, i) => ((i + 0.5) / 18_000) * 10_000)
  expect(ksDistance(between, uniform)).toBeLessThan(0.02)
})

function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, seed) => seed)
}

function gapsOf(offsets: readonly number[]): number[] {
  return offsets.slice(1).map((offset, i) => offset - offsets[i]!)
}
