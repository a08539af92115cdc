import fc from 'fast-check'
import { expect, test } from 'vitest'
import golden from '../../fixtures/statistics-golden.json' with { type: 'json' }
import { clopperPearson } from './clopper-pearson.ts'
import { incompleteBeta, inverseIncompleteBeta } from './incomplete-beta.ts'
import { requestsForPercentile } from './min-requests.ts'
import { rankBounds } from './rank-bounds.ts'
import { studentTCdf, studentTQuantile } from './student-t.ts'

const numbers = (key: string): [number, number, number] => key.split(',').map(Number) as [number, number, number]

test('gives the golden values', () => {
  for (const [key, requests] of Object.entries(golden.minRequests)) {
    const [over, percentile, confidence] = numbers(key)
    expect(requestsForPercentile(percentile, over, confidence), key).toBe(requests)
  }
  for (const [key, bounds] of Object.entries(golden.rankBounds)) {
    const [n, q, confidence] = numbers(key)
    expect(rankBounds(n, q, confidence), key).toEqual(bounds)
  }
  for (const [key, upper] of Object.entries(golden.cpUpper)) {
    const [over, total, confidence] = numbers(key)
    expect(clopperPearson(over, total, confidence).upper, key).toBeCloseTo(upper, 6)
  }
  for (const [key, lower] of Object.entries(golden.cpLower)) {
    const [over, total, confidence] = numbers(key)
    expect(clopperPearson(over, total, confidence).lower, key).toBeCloseTo(lower, 6)
  }
  for (const [key, t] of Object.entries(golden.tInv)) {
    const [p, df] = numbers(key)
    expect(studentTQuantile(p, df), key).toBeCloseTo(t, 6)
  }
})

const shape = fc.double({ min: 0.8, max: 5000, noNaN: true })
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true })

test('both tails of a beta law make one, also on the boundary of the swap', () => {
  fc.assert(
    fc.property(share, shape, shape, (x, a, b) => {
      expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 9)
      const boundary = (a + 1) / (a + b + 2)
      expect(incompleteBeta(boundary, a, b) + incompleteBeta(1 - boundary, b, a)).toBeCloseTo(1, 9)
    }),
  )
})

test('the inverses invert', () => {
  fc.assert(
    fc.property(share, shape, shape, (p, a, b) => {
      expect(incompleteBeta(inverseIncompleteBeta(p, a, b), a, b)).toBeCloseTo(p, 8)
      expect(studentTCdf(studentTQuantile(p, a), a)).toBeCloseTo(p, 9)
    }),
  )
})

test('at the ends there is nothing, or all', () => {
  expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  expect([inverseIncompleteBeta(0, 2, 3), inverseIncompleteBeta(1, 2, 3)]).toEqual([0, 1])
  expect([studentTCdf(-Infinity, 3), studentTCdf(0, 3), studentTCdf(Infinity, 3)]).toEqual([0, 0.5, 1])
  expect(clopperPearson(5, 5)).toEqual({ lower: expect.closeTo(0.05 ** (1 / 5), 12), upper: 1 })
  // none of 10 over: (1 - u)^10 = 0.05
  expect(clopperPearson(0, 10)).toEqual({ lower: 0, upper: expect.closeTo(1 - 0.05 ** (1 / 10), 12) })
})

// 4 coins: the median is below the smallest with 1/16, below the largest with 15/16
test('a small sample bounds a quantile on no side', () => {
  expect(rankBounds(4, 0.5)).toEqual({ lo: null, hi: null })
  expect(rankBounds(5, 0.5)).toEqual({ lo: 1, hi: 5 })
})

test('far tails keep their digits where many degrees of freedom bring the argument close to 1 (values of mpmath, 40 digits)', () => {
  const rows = [
    [-8, 1e6, 6.22753171660126e-16],
    [-8, 1e5, 6.286959938128187e-16],
    [-6, 50, 1.0944697425399964e-7],
    [-30, 1e4, 1.0221635237127853e-189],
  ] as const
  for (const [t, df, tail] of rows) expect(studentTCdf(t, df) / tail).toBeCloseTo(1, 9)
})

test.for([
  [0, 0],
  [5, 3],
  [-1, 3],
  [NaN, 3],
  [1, Infinity],
] as const)('%s of %s is no share', ([over, total]) => {
  expect(() => clopperPearson(over, total)).toThrow(RangeError)
})
