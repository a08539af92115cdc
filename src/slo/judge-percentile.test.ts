import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { judgePercentile } from './index.ts'

/** `total` requests of 100 ms, `over` of which, evenly spread, took `slow` ms. */
function spread(total: number, over: number, slow = 500): number[] {
  const every = Math.floor(total / Math.max(over, 1))
  return Array.from({ length: total }, (_, i) => (i % every === 0 && i / every < over ? slow : 100))
}

function judge(trials: number[][], percentile = 99, limit = 400) {
  return judgePercentile({ percentile, limit, trials, confidence: 0.95, metric: 'TTFT' })
}

// (1 - u)^298 = 0.05 gives u = 1.0003 %, one request more 0.997 %: 299 without one over are the fewest that show a P99
test('a P99 takes 299 requests without one over', () => {
  expect(judge([spread(299, 0)])).toMatchObject({ verdict: 'pass', over: 0, total: 299, effectiveTotal: 299, lower: 0 })
  expect(judge([spread(298, 0)]).verdict).toBe('inconclusive')
  expect(judge([spread(299, 0)]).upper).toBeCloseTo(1 - 0.05 ** (1 / 299), 12)
})

// The table of statistics: of 1000 at most 4 over pass, at least 16 fail
test.for([
  [300, 0, 'pass'],
  [300, 1, 'inconclusive'],
  [300, 6, 'inconclusive'],
  [300, 7, 'fail'],
  [500, 1, 'pass'],
  [500, 2, 'inconclusive'],
  [500, 10, 'fail'],
  [1000, 4, 'pass'],
  [1000, 5, 'inconclusive'],
  [1000, 15, 'inconclusive'],
  [1000, 16, 'fail'],
  [5000, 38, 'pass'],
  [5000, 39, 'inconclusive'],
  [5000, 62, 'inconclusive'],
  [5000, 63, 'fail'],
] as const)('of %d requests %d over are a %s', ([total, over, verdict]) => {
  expect(judge([spread(total, over)])).toMatchObject({ verdict, over, total })
})

test('exactly the limit is over it, and a failed request is', () => {
  expect(judge([spread(1000, 31, 400)]).over).toBe(31)
  expect(judge([spread(1000, 31, Infinity)])).toMatchObject({ verdict: 'fail', over: 31 })
  expect(judge([spread(1000, 1000, Infinity)])).toMatchObject({ verdict: 'fail', upper: 1 })
})

// 4 blocks of 32 hold all 100 requests over the P90 of 1000: they are worth few
test('requests that are slow together are worth fewer than they are', () => {
  const burst = Array.from({ length: 1000 }, (_, i) => (i >= 320 && i < 420 ? 200 + (i % 7) : 100 + (i % 7)))
  const verdict = judge([burst])
  expect(verdict).toMatchObject({ verdict: 'inconclusive', over: 0, total: 1000 })
  expect(verdict.effectiveTotal).toBeLessThan(60)
})

// One trial has all 31 at its own level; blocks see less of it than trials do
test('a trial that is bad as a whole counts for little more than one request', () => {
  const one = judge([spread(1000, 31), ...Array.from({ length: 4 }, () => spread(1000, 0))])
  const even = judge(Array.from({ length: 5 }, () => spread(1000, 6)))
  expect(one.effectiveTotal).toBeLessThan(even.effectiveTotal / 10)
})

test('says in one line what was shown and what it would take', () => {
  const messages = [
    judge([spread(1000, 1)]),
    judge([spread(1000, 31)]),
    judge([spread(1000, 5)]),
    judge([spread(1000, 12)]),
    judge([spread(100, 0)]),
    judge([spread(10, 0)]),
    judge([spread(200, 1)]),
    judgePercentile({ percentile: 90, limit: 1500, trials: [spread(40, 0)] }),
  ].map(({ message }) => message)
  expect(messages).toMatchInlineSnapshot(`
    [
      "SLO PASS          P99 TTFT < 400 ms: 1 of 1000 over (worth 990 independent): at most 0.48% exceed it, 95% sure",
      "SLO FAIL          P99 TTFT < 400 ms: 31 of 1000 over: at least 2.3% exceed it, 95% sure",
      "SLO INCONCLUSIVE  P99 TTFT < 400 ms: 5 of 1000 over: up to 1.048% may exceed it; about 1,150 requests would settle it at this rate",
      "SLO INCONCLUSIVE  P99 TTFT < 400 ms: 12 of 1000 over: up to 1.9% may exceed it; more requests would never pass it at this rate",
      "SLO INCONCLUSIVE  P99 TTFT < 400 ms: 0 of 100 over: 100 requests cannot show a P99 (needs 299); P97 < 400 ms, 95% sure",
      "SLO INCONCLUSIVE  P99 TTFT < 400 ms: 0 of 10 over: 10 requests cannot show a P99 (needs 299); P74 < 400 ms, 95% sure",
      "SLO INCONCLUSIVE  P99 TTFT < 400 ms: 1 of 200 over (worth 194): 200 requests cannot show a P99 (needs 299); P97 < 400 ms, 95% sure; about 1,180 requests would settle it at this rate",
      "SLO PASS          P90 < 1500 ms: 0 of 40 over: at most 7.2% exceed it, 95% sure",
    ]
  `)
})

test('no request, and what is no time, is an error and never a pass', () => {
  for (const trials of [[], [[]], [spread(300, 0), []]]) {
    expect(() => judge(trials)).toThrow(expect.objectContaining({ code: 'no-data' }))
  }
  expect(() => judge([[1, NaN, 2]])).toThrow('Request 1 of trial 0 took NaN ms')
  expect(() => judge([[1, -5]])).toThrow('took -5 ms')
  for (const [percentile, limit, confidence] of [
    [0, 400, 0.95],
    [100, 400, 0.95],
    [NaN, 400, 0.95],
    [99, 0, 0.95],
    [99, Infinity, 0.95],
    [99, 400, 1],
    [99, 400, 0.2],
  ] as const) {
    expect(() => judgePercentile({ percentile, limit, trials: [[1]], confidence })).toThrow(
      expect.objectContaining({ code: 'bad-slo' }),
    )
  }
})

const RANK = { fail: 0, inconclusive: 1, pass: 2 }

test('bounds hold the share seen, no verdict goes against it, and a lower percentile is never harder to meet', () => {
  const times = fc.array(fc.oneof(fc.double({ min: 1, max: 600, noNaN: true }), fc.constant(Infinity)), {
    minLength: 1,
    maxLength: 400,
  })
  fc.assert(
    fc.property(
      fc.array(times, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 50, max: 98 }),
      (trials, percentile) => {
        const { verdict, over, total, effectiveTotal, lower, upper, message } = judge(trials, percentile)
        expect(effectiveTotal).toBeLessThanOrEqual(total)
        expect(lower).toBeLessThanOrEqual(over / total + 1e-12)
        expect(upper).toBeGreaterThanOrEqual(over / total - 1e-12)
        expect(message).toContain(`${over} of ${total} over`)
        const tooMany = over / total > (100 - percentile) / 100
        expect(verdict).not.toBe(tooMany ? 'pass' : 'fail')
        expect(RANK[judge(trials, percentile + 1).verdict]).toBeLessThanOrEqual(RANK[verdict])
      },
    ),
    { numRuns: 60 },
  )
})

// 1 % of independent requests are truly over: a PASS is wrong in at most 5 % of the cases (4.0 to 5 % by the binomial law)
test('a system exactly at the limit is certified in at most 5 % of the cases', () => {
  const random = createRandom(7, 'at the limit')
  const passes = Array.from({ length: 400 }, () =>
    judge([Array.from({ length: 1000 }, () => (random.next() < 0.01 ? 500 : 100 + random.next()))]),
  ).filter(({ verdict }) => verdict === 'pass').length
  expect(passes).toBeLessThanOrEqual(24)
})
