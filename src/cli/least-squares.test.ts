import { expect, test } from 'vitest'
import { leastSquares } from './least-squares.ts'

test('a straight line through three points on it is found exactly: 2 + 3 x', () => {
  const line = ([a = 0, b = 0]: readonly number[]): number[] => [0, 1, 2].map((x) => a + b * x - (2 + 3 * x))
  const [a, b] = leastSquares(line, [0, 0], 0.1)
  expect(a).toBeCloseTo(2, 3)
  expect(b).toBeCloseTo(3, 3)
})

test("Rosenbrock's narrow, curved valley is followed to its lowest point at (1, 1)", () => {
  const valley = ([x = 0, y = 0]: readonly number[]): number[] => [10 * (y - x * x), 1 - x]
  const [x, y] = leastSquares(valley, [-1.2, 1], 0.001)
  expect(x).toBeCloseTo(1, 3)
  expect(y).toBeCloseTo(1, 3)
})
