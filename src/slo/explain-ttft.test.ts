import { expect, test } from 'vitest'
import { madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'
import type { HistogramDelta, Telemetry } from '../report.ts'
import { madeUpTelemetry, meanOf } from '../telemetry/telemetry.testkit.ts'
import { slowestFirstTokens, ttftShares, withTtftExplained } from './explain-ttft.ts'
import { formatVerdicts } from '../case/failed-assertion.ts'
import { inWords } from '../verdict/words.ts'
import { judgeSlo } from './judge-slo.ts'

/** 100 requests, one every 100 ms, each slower by 12.4 ms than the one before: mean 620 ms, P99 1221.5 ms. */
const RECORDS = Array.from({ length: 100 }, (_, i) => recordWithTtft(6.2 + 12.4 * i, i * 100))
const WAITING = Array.from({ length: 12 }, (_, i) => i * 5)

const gauge = (mean: number) => ({ min: 0, mean, max: mean })
const run = (telemetry: Telemetry | null) => madeUpReport(RECORDS, { telemetry })
const shares = (histograms: Partial<Telemetry['histograms']>, waiting: number | null = null) =>
  ttftShares(
    run(
      madeUpTelemetry(
        { waiting: WAITING },
        {
          histograms,
          summary: {
            ...madeUpTelemetry({}).summary,
            waiting: waiting === null ? null : gauge(waiting),
          },
        },
      ),
    ).trials,
  )

// 440 / 620 = 71 %, 136 / 620 = 22 %, (620 - 578) / 620 = 7 %; 578 - 440 - 136 = 2 ms are nothing
test('queue, prefill and what is left, of the mean', () => {
  expect(shares({ ttft: meanOf(100, 578), queueTime: meanOf(100, 440), prefillTime: meanOf(100, 136) })).toBe(
    'of the mean TTFT (620.0 ms) 71 % server queue, 22 % prefill, 7 % network and client',
  )
})

test('what a server does not tell is not made up', () => {
  expect(shares({ ttft: meanOf(100, 578), queueTime: meanOf(100, 440) })).toBe(
    'of the mean TTFT (620.0 ms) 71 % server queue, 22 % prefill and the rest of the server, 7 % network and client',
  )
  expect(shares({ queueTime: meanOf(100, 440) })).toBe('of the mean TTFT (620.0 ms) 71 % server queue')
  expect(shares({ ttft: meanOf(100, 578) })).toBeNull()
  expect(shares({})).toBeNull()
  expect(ttftShares(run(null).trials)).toBeNull()
})

// The run lasts 9.9 + 1.2338 s = 11.134 s; 2.8 waiting on average, 100 requests: 2.8 * 11134 / 100 = 312 ms, half of 620
test("a queue whose times are not told is judged by its length, by Little's law", () => {
  const half = (ttft: HistogramDelta, changes: Partial<Telemetry['samples']>, kvCacheUse: number | null) => {
    const { summary } = madeUpTelemetry({})
    return ttftShares(
      run(
        madeUpTelemetry(
          { waiting: WAITING, ...changes },
          {
            histograms: { ttft },
            summary: { ...summary, waiting: gauge(2.8), kvCacheUse: kvCacheUse === null ? null : gauge(kvCacheUse) },
          },
        ),
      ).trials,
    )
  }
  const told = meanOf(100, 620)
  expect(half(null, {}, 0.5)).toBe('of the mean TTFT (620.0 ms) about 50 % server queue (by its length)')
  expect(half(told, {}, 0.5)).toBe(
    'of the mean TTFT (620.0 ms) about 50 % server queue (by its length), 50 % prefill and the rest of the server',
  )
  // Whoever was preempted waits again, and is counted again.
  expect(half(null, {}, 0.99)).toMatch(/ up to 50 % server queue/)
  expect(half(null, {}, null)).toMatch(/ up to 50 % server queue/)
  expect(half(null, { preemptions: [0, 0] }, 0.99)).toMatch(/ about 50 % server queue/)
  expect(half(null, { preemptions: [0, 2] }, 0.5)).toMatch(/ up to 50 % server queue/)
  expect(shares({}, 80)).toBeNull()
})

test('a server that counted the requests of others explains nothing', () => {
  expect(shares({ ttft: meanOf(300, 578), queueTime: meanOf(300, 440) })).toBeNull()
})

test('a broken objective of TTFT is explained once, and others are left alone', () => {
  const report = run(madeUpTelemetry({}, { histograms: { queueTime: meanOf(100, 440) } }))
  const verdicts = withTtftExplained(
    report,
    judgeSlo({ metrics: report.metrics, trials: [RECORDS] }, { ttft: { p50: 100, p99: 800 }, e2eLatency: { p50: 1 } }),
  )
  expect(verdicts.map((verdict) => inWords(verdict).message.split('\n')[0])).toEqual([
    'ttft.p50 620.0 ms > 100 ms: 92 of 100 over (worth 9.5): at least 62% exceed it, 95% sure',
    'ttft.p99 1221.5 ms > 800 ms: 35 of 100 over (worth 8.3): at least 10% exceed it, 95% sure; of the mean TTFT (620.0 ms) 71 % server queue',
    'e2eLatency.p50 620.0 ms > 1 ms: 100 of 100 over: at least 97% exceed it, 95% sure',
  ])
})

test('the slowest requests come with the queue of the server when they were due', () => {
  expect(slowestFirstTokens(run(madeUpTelemetry({ waiting: WAITING })).trials)).toMatchInlineSnapshot(`
    [
      "slowest first tokens, with what was going on when they were due",
      "  request 99   1233.7 ms   7 prompt tokens   11 in flight   50 waiting in the server",
      "  request 98   1221.4 ms   7 prompt tokens   11 in flight   50 waiting in the server",
      "  request 97   1209.2 ms   7 prompt tokens   11 in flight   50 waiting in the server",
      "  request 96   1196.6 ms   7 prompt tokens   11 in flight   50 waiting in the server",
      "  request 95   1184.1 ms   7 prompt tokens   11 in flight   45 waiting in the server",
    ]
  `)
})

test('without telemetry they come with what the client knows, and without any first token there are none', () => {
  expect(slowestFirstTokens(run(null).trials)[1]).toBe('  request 99   1233.7 ms   7 prompt tokens   11 in flight')
  expect(slowestFirstTokens(madeUpReport([{ ...RECORDS[0]!, firstOutputAt: null }]).trials)).toEqual([])
})

test('the text of a failure: facts and shares in the first line, the slowest requests at the end', () => {
  const report = run(
    madeUpTelemetry(
      { waiting: WAITING },
      { histograms: { ttft: meanOf(100, 578), queueTime: meanOf(100, 440), prefillTime: meanOf(100, 136) } },
    ),
  )
  const verdicts = withTtftExplained(
    report,
    judgeSlo({ metrics: report.metrics, trials: [RECORDS] }, { ttft: { p99: 800 }, errorRate: 0 }),
  )
  expect(formatVerdicts(report, verdicts)).toMatchInlineSnapshot(`
    "vllm @ 8 req/s breaks 1 of 2 objectives: ttft.p99 1221.5 ms > 800 ms: 35 of 100 over (worth 8.3): at least 10% exceed it, 95% sure; of the mean TTFT (620.0 ms) 71 % server queue, 22 % prefill, 7 % network and client

      ✗ ttft.p99   1221.5 ms  ≤ 800 ms  (+52.7 %)
      ✓ errorRate     0.00 %  ≤ 0 %

      100/100 requests in 11.1 s, 0 failed

      slowest first tokens, with what was going on when they were due
        request 99   1233.7 ms   7 prompt tokens   11 in flight   50 waiting in the server
        request 98   1221.4 ms   7 prompt tokens   11 in flight   50 waiting in the server
        request 97   1209.2 ms   7 prompt tokens   11 in flight   50 waiting in the server
        request 96   1196.6 ms   7 prompt tokens   11 in flight   50 waiting in the server
        request 95   1184.1 ms   7 prompt tokens   11 in flight   45 waiting in the server"
  `)
})
