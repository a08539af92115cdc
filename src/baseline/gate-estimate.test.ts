import fc from 'fast-check'
import { expect, test } from 'vitest'
import golden from '../../fixtures/statistics-golden.json' with { type: 'json' }
import { detectableChange, estimateGate, pairsToSettle } from './gate-estimate.ts'
import { LATENCY_GATES, pairStatistic } from './gate-statistics.ts'
import { holm } from './holm.ts'
import type { LatencyGateName, Trial } from './trial.ts'

const gate = (name: LatencyGateName) => LATENCY_GATES.find((one) => one.name === name)!

function trialOf({ ttft, tpot, e2e }: { ttft: number[]; tpot: number[]; e2e: number[] }): Trial {
  return { seed: 1, ttft, tpot, e2eLatency: e2e }
}

test.for([
  ['TTFT typical', golden.gateStats['ttft typical (matched median)']],
  ['TTFT tail', golden.gateStats['ttft tail (matched slowest 10%)']],
  ['TPOT typical', golden.gateStats['tpot typical']],
  ['TPOT tail', golden.gateStats['tpot tail']],
  ['E2E typical', golden.gateStats['e2e typical']],
] as const)('%s of the golden pair is %d', ([name, expected]) => {
  expect(pairStatistic(gate(name), trialOf(golden.trial.base), trialOf(golden.trial.cand))).toBeCloseTo(expected, 6)
})

const times = (ttft: number[]): Trial => ({ seed: 1, ttft, tpot: ttft, e2eLatency: ttft })

// ratios 1.1, 1.3, failed, 1.2, failed: the median of three is 1.2
test('requests that failed on either side drop out of the pair', () => {
  const statistic = pairStatistic(gate('TTFT typical'), times([10, 10, NaN, 10, 10]), times([11, 13, 20, 12, NaN]))
  expect(statistic).toBeCloseTo(Math.log(1.2), 12)
})

// 20 requests: the tail is two. Products: 90 * 10, 50 * 40 and 40 * 60 among ones; the largest are 2400 and 2000
test('the tail is chosen by the product of both sides', () => {
  const ones = Array.from({ length: 17 }, () => 1)
  const statistic = pairStatistic(gate('TTFT tail'), times([90, 50, 40, ...ones]), times([10, 40, 60, ...ones]))
  expect(statistic).toBeCloseTo((Math.log(60 / 40) + Math.log(40 / 50)) / 2, 12)
})

// the last answer ends at 30 instead of 20: throughput falls to two thirds
test('a burst that takes longer has less throughput', () => {
  expect(pairStatistic(gate('throughput'), times([10, 20]), times([30, 15]))).toBeCloseTo(Math.log(1.5), 12)
})

test('exchanging the sides turns the sign of every gate', () => {
  const side = fc.array(fc.double({ min: 0.1, max: 1e5, noNaN: true }), { minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(side, side, (b, c) => {
      for (const one of LATENCY_GATES) {
        expect(pairStatistic(one, times(b), times(c))).toBeCloseTo(-pairStatistic(one, times(c), times(b)), 9)
      }
    }),
  )
})

// mean 0.2, sd 0.1, se 0.1/sqrt 3 = 0.0577; t_(0.95, 2) = 2.919986; p of t = 3.464 with 2 df: 1/2 - t/(2 sqrt(2 + t^2)) = 0.0371
test('one framework alone is judged by its own variance', () => {
  const own = [0.1, 0.2, 0.3]
  const found = estimateGate(own, [own], 0)
  expect(found.estimate).toBeCloseTo(0.2, 12)
  expect(found.se).toBeCloseTo(0.1 / Math.sqrt(3), 12)
  expect(found.low).toBeCloseTo(0.2 - (2.919986 * 0.1) / Math.sqrt(3), 6)
  expect(found.high).toBeCloseTo(0.2 + (2.919986 * 0.1) / Math.sqrt(3), 6)
  expect(found.p).toBeCloseTo(0.5 - Math.sqrt(12) / (2 * Math.sqrt(14)), 9)
})

// variances 0.01 and 0.0012, pooled 0.0056; (4 * 0.0056 + 2 * 0.01)/6 = 0.0424/6; df = min(2 * 2, 4 + 2) = 4, t_(0.95, 4) = 2.131847
test('two frameworks lend each other their variance', () => {
  const own = [0.1, 0.2, 0.3]
  const found = estimateGate(own, [own, [0, 0, 0.06]], 0)
  expect(found.sd ** 2).toBeCloseTo(0.0424 / 6, 12)
  expect(found.high - found.estimate).toBeCloseTo(2.131847 * Math.sqrt(0.0424 / 18), 6)
})

// se^2 = 0.01/3 + 2 * 0.02^2
test('a stored baseline adds the variance of both sessions', () => {
  const own = [0.1, 0.2, 0.3]
  expect(estimateGate(own, [own], 0.02).se).toBeCloseTo(Math.sqrt(0.01 / 3 + 0.0008), 12)
})

test('without any noise no change is no evidence, and any other is beyond doubt', () => {
  expect(estimateGate([0, 0], [[0, 0]], 0)).toMatchObject({ p: 0.5, low: 0, high: 0 })
  expect(estimateGate([0.5, 0.5], [[0.5, 0.5]], 0).p).toBe(0)
  expect(estimateGate([-0.5, -0.5], [[-0.5, -0.5]], 0).p).toBe(1)
})

// four frameworks, three pairs: df = min(8, 6) = 6; t_(0.95) + t_(0.8) = 1.943 + 0.906 = 2.849.
// With sd 0.06 three pairs see 2.849 * 0.06/sqrt 3 = 0.0987, four (1.895 + 0.896) * 0.06/2 = 0.0837 with 7 df: ln 1.1 is 0.0953
test('tells how small a change can be seen, and how many pairs see the margin', () => {
  const own = [0.2 - 0.06, 0.2, 0.2 + 0.06]
  const found = estimateGate(own, [own, own, own, own], 0)
  expect(detectableChange(found)).toBeCloseTo((1.94318 + 0.905703) * (0.06 / Math.sqrt(3)), 5)
  expect(pairsToSettle(found, Math.log(1.1))).toBe(4)
  expect(pairsToSettle(found, 1e-6)).toBe(Infinity)
})

// 0.025/3 = 0.0083 >= 0.001: rejected; 0.025/2 = 0.0125 < 0.02: stop, though 0.021 <= 0.025
test('Holm stops at the first p that is too large', () => {
  expect(holm([0.02, 0.001, 0.021], 0.025)).toEqual([
    { rejected: false, adjusted: 0.04 },
    { rejected: true, adjusted: 0.003 },
    { rejected: false, adjusted: 0.04 },
  ])
  expect(holm([], 0.025)).toEqual([])
  expect(holm([0.025], 0.025)).toEqual([{ rejected: true, adjusted: 0.025 }])
})

test('Holm rejects what its adjusted p says, at least what Bonferroni does, and less than no correction would', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { minLength: 1, maxLength: 12 }), (p) => {
      for (const [i, { rejected, adjusted }] of holm(p, 0.05).entries()) {
        if (p[i]! <= 0.05 / p.length) expect(rejected).toBe(true)
        if (p[i]! > 0.05) expect(rejected).toBe(false)
        if (Math.abs(adjusted - 0.05) > 1e-9) expect(rejected).toBe(adjusted <= 0.05)
      }
    }),
  )
})
