import { expect, test } from 'vitest'
import { doubtsInWords } from '../doubts/words.ts'
import { doubtsOverTrials } from '../doubts/over-trials.ts'
import { failedRecord, GOOD_CLIENT, madeUpCase, madeUpRecord, recordWithTtft } from '../metrics/records.testkit.ts'
import { CaseReport, type ClientFacts } from '../report.ts'
import { buildCaseReport } from './report.ts'
import { poolValidity } from './pool-validity.ts'
import { buildTrial } from './trial.ts'

/** A trial with one request a second: the TTFTs given, and requests that failed at the end if asked for. */
function records(ttfts: readonly number[], failed = 0) {
  return [
    ...ttfts.map((ttft, i) => recordWithTtft(ttft, i * 1000)),
    ...Array.from({ length: failed }, (_, i) => failedRecord({ dueAt: (ttfts.length + i) * 1000 })),
  ]
}

// 3 requests in 2.3 s, then 2 in 1.5 s and one that failed at 2.001 s: 5 completed in 4.301 s; the median of
// 100, 200, 300, 400, 500 is 300
test('the numbers of a case are those of all its trials, as if they were one long run', () => {
  const { metrics, load, errors, trials } = madeUpCase([records([100, 200, 300]), records([400, 500], 1)])
  expect(metrics).toMatchObject({ durationMs: 4301, completed: 5, failed: 1, peakConcurrency: 1 })
  expect(metrics.requestThroughput).toBeCloseTo(5 / 4.301, 9)
  expect(metrics.ttft).toMatchObject({ p50: 300, count: 5 })
  expect(load).toMatchObject({ numPrompts: 3, trials: 2 })
  expect(trials.map(({ trial, seed }) => ({ trial, seed }))).toEqual([
    { trial: 0, seed: 0 },
    { trial: 1, seed: 1 },
  ])
  expect(errors).toEqual([{ kind: 'connect', count: 1, example: 'ECONNREFUSED 127.0.0.1:8000' }])
})

// Five tokens in five events are four gaps: of 10 ms in the first trial, of 30 ms in the second.
test('the gaps between tokens are known over several trials', () => {
  const slow = madeUpRecord({ outputAt: Float64Array.of(100, 130, 160, 190, 220) })
  const { metrics } = madeUpCase([[madeUpRecord()], [slow]])
  expect(metrics.itl).toMatchObject({ count: 8, min: 10, mean: 20, max: 30 })
})

test('a case of several trials survives JSON and its own schema', () => {
  const report = madeUpCase([records([100, 200]), records([300], 1)])
  expect(CaseReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
})

test('a load that begins at a later trial has the seeds of these', () => {
  const { trials } = madeUpCase([records([1]), records([1])], { trial: 3 })
  expect(trials.map(({ trial, seed }) => [trial, seed])).toEqual([
    [3, 3],
    [4, 4],
  ])
})

test('of the clients of several trials the busiest and the one with the largest error are told', () => {
  const { validity } = madeUpCase([records([1])])
  const of = (client: Partial<ClientFacts>) => ({ ...validity, client: { ...validity.client, ...client } })
  const calibration = { ...GOOD_CLIENT, ttft: { p50: 1, p99: 2, max: 3 } }
  const { client } = poolValidity([of({ utilisation: 0.4 }), of({ utilisation: 0.2, calibration })], [])
  expect(client).toEqual({ ...validity.client, utilisation: 0.4, calibration })
})

test('the connections of all trials are counted, with the times of each', () => {
  const connections = { opened: 2, reused: 3, resent: 0, connectMs: [1, 3] }
  const one = records([1])
  const { validity } = madeUpCase([one, one], {
    result: { records: one, unsent: 0, aborted: false, connections, utilisation: null },
  })
  expect(validity.connections).toMatchObject({ opened: 4, reused: 6, connectMs: { count: 4, mean: 2, max: 3 } })
})

test('a doubt that only one trial raises says which, one that all raise is said once', () => {
  const same = { code: 'simulated', message: 'not a server' } as const
  const doubts = doubtsOverTrials([
    { trial: 0, doubts: [same] },
    { trial: 1, doubts: [same, { code: 'saturated', message: 'the queue grew' }] },
  ])
  expect(doubts).toEqual([
    { ...same, trial: null },
    { code: 'saturated', message: 'the queue grew', trial: 1 },
  ])
  expect(doubtsInWords(doubts)).toEqual([same, { code: 'saturated', message: 'trial 1: the queue grew' }])
})

test('what several trials say in other words is kept of each, and said once', () => {
  const doubts = doubtsOverTrials([
    { trial: 0, doubts: [{ code: 'too-short', message: 'Arrivals lasted 1 s.' }] },
    { trial: 1, doubts: [{ code: 'too-short', message: 'Arrivals lasted 2 s.' }] },
  ])
  expect(doubts.map(({ message, trial }) => [trial, message])).toEqual([
    [0, 'Arrivals lasted 1 s.'],
    [1, 'Arrivals lasted 2 s.'],
  ])
  expect(
    doubtsInWords([{ code: 'short-sample', message: '2 requests cannot show a P99', trial: null }, ...doubts]),
  ).toEqual([
    { code: 'short-sample', message: '2 requests cannot show a P99' },
    { code: 'too-short', message: 'trial 0: Arrivals lasted 1 s. Likewise in trial 1.' },
  ])
})

// Median TTFT 100 ms, of which the client may be late by 5 ms.
test('what makes a trial invalid keeps its number, where there are several', () => {
  const late = [madeUpRecord({ sentAt: 41 })]
  expect(madeUpCase([late]).verdicts).toMatchObject([{ reason: 'client-on-time', trial: null }])
  expect(madeUpCase([[madeUpRecord()], late]).verdicts).toMatchObject([{ reason: 'client-on-time', trial: 1 }])
})

test('a case of which a trial was not sent is invalid as a whole', () => {
  const { target, load, environment } = madeUpCase([records([1])])
  const asked = { ...load, trials: 3 }
  const client = { calibration: GOOD_CLIENT, notCalibrated: null, maxErrorShare: 0.05 }
  const result = { records: records([1]), unsent: 0, aborted: false, connections: null, utilisation: null }
  const only = buildTrial({ target, load: asked, trial: 0, digest: 'abc', result, telemetry: null, client })
  const { verdicts } = buildCaseReport({ case: 'a', target, load: asked, trials: [only], environment })
  expect(verdicts).toMatchObject([{ reason: 'all-trials', trial: null, verdict: 'invalid', observed: 1, limit: 3 }])
})
