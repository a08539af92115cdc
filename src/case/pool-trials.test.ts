import { expect, test } from 'vitest'
import type { RunReport } from '../report.ts'
import { groupTrials, poolTrials } from './pool-validity.ts'
import { failedRecord, GOOD_CLIENT, madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'
import { summarise, summariseTrials } from '../metrics/summarise.ts'

/** A trial with one request a second: the TTFTs given, one that failed at the end if asked for. */
function records(ttfts: readonly number[], failed = 0) {
  return [
    ...ttfts.map((ttft, i) => recordWithTtft(ttft, i * 1000)),
    ...Array.from({ length: failed }, (_, i) => failedRecord({ dueAt: (ttfts.length + i) * 1000 })),
  ]
}

function trial(number: number, ttfts: readonly number[], failed = 0): RunReport {
  const report = madeUpReport(records(ttfts, failed))
  return { ...report, load: { ...report.load, trial: number, trials: 2, digest: `digest ${number}` } }
}

// 3 requests in 2.3 s, then 2 in 1.5 s and one that failed at 2.001 s: 5 completed in 4.301 s; the median of
// 100, 200, 300, 400, 500 is 300
test('trials are pooled as if they were one long run', () => {
  const pooled = poolTrials([trial(0, [100, 200, 300]), trial(1, [400, 500], 1)])
  expect(pooled.metrics).toMatchObject({ durationMs: 4301, completed: 5, failed: 1, itl: null, peakConcurrency: 1 })
  expect(pooled.metrics.requestThroughput).toBeCloseTo(5 / 4.301, 9)
  expect(pooled.metrics.ttft?.p50).toBeCloseTo(300, 0)
  expect(pooled.metrics.ttft?.count).toBe(5)
  expect(pooled.load).toMatchObject({ numPrompts: 6, trials: 2, trial: 0 })
  expect(pooled.errors).toEqual([{ kind: 'connect', count: 1, example: 'ECONNREFUSED 127.0.0.1:8000' }])
})

test('from the records the numbers are the same, to the last digit', () => {
  const all = [records([100, 200, 300]), records([400, 500], 1)]
  const metrics = summariseTrials(all)
  expect(metrics.ttft?.p50).toBe(300)
  const { ttft: _ttft, tpot: _tpot, e2eLatency: _e2e, queueLateness: _late, ...counts } = metrics
  expect(poolTrials([trial(0, [100, 200, 300]), trial(1, [400, 500], 1)]).metrics).toMatchObject(counts)
  expect(summariseTrials(all.slice(0, 1))).toEqual(summarise(all[0] ?? []))
})

test('of the clients of several trials the busiest and the one with the largest error are told', () => {
  const [a, b] = [trial(0, [1]), trial(1, [1])]
  a.validity.client = { ...a.validity.client, utilisation: 0.4 }
  const calibration = { ...GOOD_CLIENT, ttft: { p50: 1, p99: 2, max: 3 } }
  b.validity.client = { ...b.validity.client, utilisation: 0.2, calibration }
  expect(poolTrials([a, b]).validity.client).toEqual({ ...b.validity.client, utilisation: 0.4 })
})

test('a single trial is the report itself', () => {
  const only = trial(0, [100])
  expect(poolTrials([only])).toBe(only)
})

test('a doubt that only one trial raises says which, one that all raise is said once', () => {
  const [a, b] = [trial(0, [1]), trial(1, [1])]
  const same = { code: 'simulated', message: 'not a server' } as const
  a.validity.warnings = [same]
  b.validity.warnings = [same, { code: 'saturated', message: 'the queue grew' }]
  expect(poolTrials([a, b]).validity.warnings).toEqual([
    same,
    { code: 'saturated', message: 'trial 1: the queue grew' },
  ])
})

test('what several trials say in other words is said once, and what is about all names none', () => {
  const [a, b] = [trial(0, [1]), trial(1, [1])]
  a.validity.warnings = [
    { code: 'short-sample', message: '2 requests cannot show a P99' },
    { code: 'too-short', message: 'Arrivals lasted 1 s.' },
  ]
  b.validity.warnings = [{ code: 'too-short', message: 'Arrivals lasted 2 s.' }]
  expect(poolTrials([a, b]).validity.warnings).toEqual([
    { code: 'short-sample', message: '2 requests cannot show a P99' },
    { code: 'too-short', message: 'trial 0: Arrivals lasted 1 s. Likewise in trial 1.' },
  ])
})

test('what makes a trial invalid keeps its number, what is judged over all stands once', () => {
  const [a, b] = [trial(0, [1]), trial(1, [1])]
  const base = { observed: 1, limit: 1, message: 'm' }
  a.verdicts = [{ ...base, kind: 'slo', objective: 'ttft.p99 <= 1 ms', verdict: 'invalid' }]
  b.verdicts = [{ ...base, kind: 'validity', objective: 'client on time', verdict: 'invalid' }]
  expect(poolTrials([a, b]).verdicts.map(({ objective }) => objective)).toEqual([
    'ttft.p99 <= 1 ms',
    'client on time, trial 1',
  ])
})

test('reports are grouped by case, target and load, and a trial that comes again begins another case', () => {
  const [a0, a1] = [trial(0, [1]), trial(1, [1])]
  const other = { ...trial(0, [1]), case: 'another' }
  const twin = trial(0, [2])
  expect(groupTrials([a0, other, a1, twin])).toEqual([[a0, a1], [twin], [other]])
})

test('a trial on a server that was started again is one of the same case, whatever its port', () => {
  const [a, b] = [8000, 8001].map((port, i) => {
    const report = trial(i, [100])
    return { ...report, target: { ...report.target, url: `http://127.0.0.1:${port}` } }
  })
  expect(groupTrials([a!, b!])).toEqual([[a, b]])
})
