import { expect, test } from 'vitest'
import { binomialCdf, requestsForPercentile } from './min-requests.ts'

// ln 0.05 / ln 0.99 = 298.07: the 299th request without a miss is the one that shows a P99
test.for([
  [0.9, 0, 0.95, 29],
  [0.95, 0, 0.95, 59],
  [0.99, 0, 0.95, 299],
  [0.99, 1, 0.95, 473],
  [0.99, 2, 0.95, 628],
  [0.99, 3, 0.95, 773],
  [0.99, 4, 0.95, 913],
  [0.99, 10, 0.95, 1693],
  [0.99, 0, 0.99, 459],
  [0.99, 1, 0.99, 662],
  [0.999, 0, 0.95, 2995],
] as const)(
  'a share of %d with %d over takes, at %d confidence, %d requests',
  ([percentile, over, confidence, requests]) => {
    expect(requestsForPercentile(percentile, over, confidence)).toBe(requests)
  },
)

// two coins: no head 1/4, at most one head 3/4, at most two 1
test('sums the binomial law', () => {
  expect(binomialCdf(0, 2, 0.5)).toBeCloseTo(0.25)
  expect(binomialCdf(1, 2, 0.5)).toBeCloseTo(0.75)
  expect(binomialCdf(2, 2, 0.5)).toBeCloseTo(1)
})
