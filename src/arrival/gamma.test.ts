import { expect, test } from 'vitest'
import { gamma } from './gamma.ts'

test.each([0.25, 1, 9])('burstiness %d: the gaps vary by 1 / sqrt(burstiness)', (burstiness) => {
  const offsets = gamma({ burstiness }).offsets({ count: 40_001, requestRate: 1, seed: 11 })
  const gaps = offsets.slice(1).map((offset, i) => offset - offsets[i]!)
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
  expect(Math.sqrt(variance) / mean / (1 / Math.sqrt(burstiness))).toBeCloseTo(1, 1)
})

test.each([0, -1, NaN, Infinity])('a burstiness of %d is refused by name', (burstiness) => {
  expect(() => gamma({ burstiness })).toThrow(`The burstiness is ${burstiness}.`)
})
