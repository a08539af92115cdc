import { expect, test } from 'vitest'
import { mannKendall } from './mann-kendall.ts'
import { normalUpperTail } from './normal.ts'
import { slope } from './slope.ts'

// ten rising values: all 45 pairs rise; variance 10*9*25/18 = 125; z = 44/sqrt(125) = 3.94
test('ten rising values have p = 4.2e-5', () => {
  expect(mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual({ s: 45, p: expect.closeTo(4.15e-5, 7) })
})

// 28 pairs rise and 17 fall: s = 11, z = 10/sqrt(125) = 0.894
test('a weak trend has the golden p of 0.1855', () => {
  expect(mannKendall([10, 4, 3, 2, 1, 6, 5, 8, 7, 9])).toEqual({ s: 11, p: expect.closeTo(0.185547, 5) })
})

test('values that fall, or never change, are no evidence of a rise', () => {
  expect(mannKendall([5, 4, 3, 2, 1]).p).toBeGreaterThan(0.95)
  expect(mannKendall([2, 2, 2, 2])).toEqual({ s: 0, p: 1 })
  expect(mannKendall([])).toEqual({ s: 0, p: 1 })
})

// 1 1 2 2: 4 pairs rise, 2 are tied; variance (4*3*13 - 2 * 2*1*9)/18 = 120/18; z = 3/2.582 = 1.162
test('ties take from the variance', () => {
  expect(mannKendall([1, 1, 2, 2]).p).toBeCloseTo(0.1226, 4)
})

test.for([
  [0, 0.5],
  [1.6448536, 0.05],
  [-1.6448536, 0.95],
  [4, 3.1671242e-5],
] as const)('the normal tail beyond %d is %d', ([z, p]) => {
  expect(normalUpperTail(z) / p).toBeCloseTo(1, 6)
})

test('the slope of a line is its step', () => {
  expect(slope([3, 5, 7, 9])).toBe(2)
  expect(slope([4])).toBe(0)
})
