import { expect, test } from 'vitest'
import { GOOD_CLIENT } from '../metrics/records.testkit.ts'
import type { ClientFacts } from '../report.ts'
import { inWords } from '../verdict/words.ts'
import { judgeClient } from './judge-client.ts'

/** TTFT off by 20 ms at P99, ITL by 3 ms, TPOT by 0.1 ms. */
const CLIENT: ClientFacts = {
  threads: 1,
  utilisation: 0.5,
  calibration: {
    ...GOOD_CLIENT,
    ttft: { p50: 1, p99: 20, max: 30 },
    itl: { p50: 0, p99: 3, max: 4 },
    tpot: { p50: 0, p99: 0.1, max: 0.2 },
  },
  notCalibrated: null,
  maxErrorShare: 0.05,
}

test('an error of 20 ms is 5 % of 400 ms, and too much for less', () => {
  expect(judgeClient(CLIENT, { ttft: { p99: 400 } })).toEqual([])
  const judged = judgeClient(CLIENT, { ttft: { p50: 399, p99: 2000 } })
  expect(judged).toMatchObject([{ kind: 'validity', verdict: 'invalid', reason: 'client-error', trial: null }])
  expect(judged.map(inWords)).toEqual([
    {
      objective: 'client error <= 5.0 % of ttft.p50',
      observed: 20,
      limit: expect.closeTo(19.95),
      message: expect.stringMatching(
        /^The client itself adds 20\.00 ms at P99 \(8 streams, 400 events\/s\), 5\.0 % of the limit 399 ms of ttft\.p50 .* Send from more threads/,
      ),
    },
  ])
})

test('each metric is held against its own error, and the end of an answer against that of its start', () => {
  const judged = judgeClient(CLIENT, {
    itl: { p99: 59 },
    tpot: { p99: 3 },
    e2eLatency: { p99: 300 },
    errorRate: 0,
    queueLateness: { p99: 1 },
  })
  expect(judged.map((verdict) => inWords(verdict).objective)).toEqual([
    'client error <= 5.0 % of e2eLatency.p99',
    'client error <= 5.0 % of itl.p99',
  ])
})

test('the share can be chosen, and without a calibration nothing is said', () => {
  expect(judgeClient({ ...CLIENT, maxErrorShare: 0.2 }, { ttft: { p99: 100 } })).toEqual([])
  expect(judgeClient({ ...CLIENT, calibration: null }, { ttft: { p99: 1 } })).toEqual([])
})
