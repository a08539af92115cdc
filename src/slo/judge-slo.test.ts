import { expect, test } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { failedRecord, madeUpCase, madeUpRecord, recordWithTtft } from '../metrics/records.testkit.ts'
import type { RequestRecord } from '../record.ts'
import type { CaseReport } from '../report.ts'
import { formatVerdicts } from '../case/failed-assertion.ts'
import { inWords } from '../verdict/words.ts'
import { judgeSlo, shortSamples, type JudgedRun } from './judge-slo.ts'
import { meetsObjectives } from './objectives.ts'
import type { Slo } from './slo.ts'

interface MadeUp extends JudgedRun {
  readonly report: CaseReport
}

function madeUp(...trials: readonly (readonly RequestRecord[])[]): MadeUp {
  const report = madeUpCase(trials)
  return { report, metrics: report.metrics, trials }
}

/** `completed` requests with TTFT 1, 2, 3, ... ms and then `failed` refused ones, due every second. */
function run(completed: number, failed = 0): MadeUp {
  const due = (i: number) => i * 1000
  return madeUp([
    ...Array.from({ length: completed }, (_, i) => recordWithTtft(i + 1, due(i))),
    ...Array.from({ length: failed }, (_, i) => failedRecord({ dueAt: due(completed + i) })),
  ])
}

function withGoodput(judged: MadeUp): MadeUp {
  return { ...judged, metrics: { ...judged.metrics, goodput: judged.metrics.requestThroughput } }
}

function asked(judged: JudgedRun, slo: Slo): string[] {
  return judgeSlo(judged, slo).map((verdict) => inWords(verdict).objective)
}

function messages(judged: JudgedRun, slo: Slo): string[] {
  return judgeSlo(judged, slo).map((verdict) => inWords(verdict).message)
}

function words(judged: JudgedRun, slo: Slo): string[] {
  return judgeSlo(judged, slo).map((verdict) => `${verdict.verdict}: ${inWords(verdict).message}`)
}

// 101 values 1..101: P50 is the 51st, 51 ms; mean 51, max 101
test('means and extremes compare point with limit, and the limit itself is kept', () => {
  expect(words(run(101), { ttft: { mean: 51, max: 100.5 } })).toEqual([
    'pass: ttft.mean 51.0 ms <= 51 ms',
    'fail: ttft.max 101.0 ms > 100.5 ms',
  ])
})

/** A trial whose TTFTs are 100 ms but for `over` of them, evenly spread, which are 500 ms. */
function trial(count: number, over = 0): RequestRecord[] {
  const every = Math.floor(count / Math.max(over, 1))
  const isOver = (i: number): boolean => i % every === 0 && i / every < over
  return Array.from({ length: count }, (_, i) => recordWithTtft(isOver(i) ? 500 : 100, i * 1000))
}

const spread = (count: number, over: number): MadeUp => madeUp(trial(count, over))

// Of 1000 requests at most 4 over the limit show a P99, and it takes 16 to refute one
test('a percentile passes and fails with 95 % confidence, and is inconclusive between', () => {
  const p99 = { ttft: { p99: 400 } }
  expect(words(spread(1000, 4), p99)).toEqual([
    'pass: ttft.p99 100.0 ms <= 400 ms: 4 of 1000 over: at most 0.91% exceed it, 95% sure',
  ])
  expect(words(spread(1000, 5), p99)).toEqual([
    'inconclusive: ttft.p99 100.0 ms <= 400 ms: 5 of 1000 over: up to 1.048% may exceed it; about 1,150 requests would settle it at this rate',
  ])
  expect(words(spread(1000, 12), p99)[0]).toMatch(/^inconclusive: ttft\.p99 500\.0 ms > 400 ms: 12 of 1000 over/)
  expect(words(spread(1000, 31), p99)).toEqual([
    'fail: ttft.p99 500.0 ms > 400 ms: 31 of 1000 over: at least 2.3% exceed it, 95% sure',
  ])
})

test('the trials of a case are judged together', () => {
  const judge = (...trials: RequestRecord[][]): string | undefined =>
    judgeSlo(madeUp(...trials), { ttft: { p99: 400 } })[0]?.verdict
  expect(judge(trial(200))).toBe('inconclusive')
  expect(judge(trial(200), trial(200))).toBe('pass')
})

// The columns of a report would hold 400 ms as 400.05: requests are judged as they were measured
test('a limit is judged as it is written: a time at it is within, and 0.01 % more is not', () => {
  const judged = (ttft: number) => madeUp(Array.from({ length: 300 }, (_, i) => recordWithTtft(ttft, i * 1000)))
  const verdictOn = (ttft: number) => judgeSlo(judged(ttft), { ttft: { p99: 400 } })[0]
  expect(verdictOn(400)).toMatchObject({ verdict: 'pass', observed: 400, evidence: { over: 0, total: 300 } })
  expect(verdictOn(400.04)).toMatchObject({ verdict: 'fail', evidence: { over: 300 } })
})

// Every token takes 16 ms; as differences of stamps such times differ in their last digits. Every 40th request fails.
test('equal times that differ by rounding alone are not taken for a cluster', () => {
  const outputAt = (dueAt: number) => Float64Array.from({ length: 5 }, (_, i) => dueAt + 123.4 + i * 16)
  const answered = (dueAt: number) => madeUpRecord({ dueAt, outputAt: outputAt(dueAt) })
  const failing = Array.from({ length: 150 }, (_, i) =>
    i % 40 === 0 ? failedRecord({ dueAt: i * 128 }) : answered(i * 128),
  )
  expect(judgeSlo(madeUp(failing), { tpot: { p90: 20 } })[0]?.evidence).toMatchObject({ over: 4, effectiveTotal: 150 })
  const all = Array.from({ length: 150 }, (_, i) => answered(i * 128))
  expect(judgeSlo(madeUp(all), { tpot: { p90: 16 } })[0]?.verdict).toBe('pass')
})

test('while the queue grows no percentile passes, and one that is refuted fails all the same', () => {
  const judge = (over: number, slo: Slo, stableRate: number | null = null): string[] =>
    words({ ...spread(1000, over), growingQueue: { share: 0.12, stableRate } }, slo)
  expect(judge(0, { ttft: { p99: 400, max: 400 } })).toEqual([
    'inconclusive: ttft.p99 100.0 ms <= 400 ms: queue still growing (12.0 % of the arrivals pile up)',
    'pass: ttft.max 100.0 ms <= 400 ms',
  ])
  expect(judge(0, { ttft: { p99: 400 } }, 3)[0]).toMatch(/ \(12\.0 % of the arrivals pile up; stable at 3 req\/s\)$/)
  expect(judge(31, { ttft: { p99: 400 } })[0]).toMatch(/^fail/)
})

test('a trial in which no request has the metric is no data', () => {
  const withTpot = Array.from({ length: 50 }, (_, i) => madeUpRecord({ dueAt: i * 1000 }))
  expect(words(madeUp(withTpot, trial(50)), { tpot: { p50: 1e9 } })[0]).toMatch(/^fail: tpot\.p50: no data/)
})

/** 300 answers with a TPOT of 10 ms, of which `count`, evenly spread, have other output. */
function answers(count: number, outputAt: (endedAt: number) => Float64Array): MadeUp {
  const every = Math.floor(300 / count)
  const records = Array.from({ length: 300 }, (_, i) => {
    const record = madeUpRecord({ dueAt: i * 1000 })
    const isOther = i % every === 0 && i / every < count
    return isOther ? madeUpRecord({ dueAt: i * 1000, outputAt: outputAt(record.endedAt) }) : record
  })
  return madeUp(records)
}

const buffered = (atOnce: number): MadeUp => answers(atOnce, (at) => new Float64Array(5).fill(at))
const textless = (count: number): MadeUp => answers(count, () => new Float64Array())

// 15 of 300 are 5 %: as many as are borne. 16 are not.
test('TPOT and ITL that were not observed are never a pass, and what hides them is named', () => {
  const slo: Slo = { tpot: { p50: 50, mean: 50 }, itl: { p50: 50 }, ttft: { p50: 500 } }
  expect(judgeSlo(buffered(15), slo).map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass'])
  const verdicts = judgeSlo(buffered(16), slo)
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'invalid', 'invalid', 'invalid'])
  expect(verdicts[1]?.observed).toBeNull()
  expect(messages(buffered(16), slo)[1]).toMatch(
    /^tpot\.mean was not observed: the output of 16 of 300 requests \(5\.3 %\) came in too few pieces.*proxy_buffering off/,
  )
})

test('answers without text are named as such, and no proxy is blamed', () => {
  const [said] = words(textless(16), { tpot: { p50: 50 } })
  expect(said).toMatch(/^invalid: .* no text at all \(`no-text`\)/)
  expect(said).not.toMatch(/proxy/)
})

// P95 of 300: the 95 % bound of 8 over it is 4.8 %, which passes, of 9 it is 5.2 %.
test('a percentile of TTFT passes only if it would with every answer without text over it', () => {
  expect(judgeSlo(textless(8), { ttft: { p95: 500 } })[0]?.verdict).toBe('pass')
  expect(words(textless(15), { ttft: { p95: 500 } })[0]).toMatch(
    /^inconclusive: .*: at most .*; 15 answers have tokens and no text: their first token was not seen, and may exceed it$/,
  )
})

test('a maximum is open where a request did not show its time: it may have been the longest', () => {
  const slo: Slo = { ttft: { max: 500 }, tpot: { max: 50 }, itl: { max: 500 }, e2eLatency: { max: 5000 } }
  const words = (judged: MadeUp): string[] => judgeSlo(judged, slo).map(({ verdict }) => verdict)
  expect(words(answers(1, (at) => Float64Array.of(at - 40, at - 30, at - 20, at - 10, at)))).not.toContain(
    'inconclusive',
  )
  expect(words(buffered(1))).toEqual(['pass', 'inconclusive', 'inconclusive', 'pass'])
  expect(words(textless(1))).toEqual(['inconclusive', 'inconclusive', 'inconclusive', 'pass'])
  expect(judgeSlo(buffered(1), { tpot: { max: 5 } })[0]?.verdict).toBe('fail')
})

// The same of TPOT.
test('a percentile of TPOT passes only if it would with every unobserved request over it', () => {
  expect(judgeSlo(buffered(8), { tpot: { p95: 50 } })[0]?.verdict).toBe('pass')
  expect(words(buffered(15), { tpot: { p95: 50 } })[0]).toMatch(
    /^inconclusive: .*; the output of 15 of 300 requests .*, and may exceed it$/,
  )
  expect(judgeSlo(buffered(15), { tpot: { p95: 5 } })[0]?.verdict).toBe('fail')
})

test('judges the latencies first, each in the order of the catalog, whatever the order of the SLO', () => {
  const slo: Slo = {
    goodput: 1,
    errorRate: 0,
    requestThroughput: { min: 1, max: 2 },
    e2eLatency: { max: 1, p50: 1 },
    ttft: { p50: 1 },
  }
  expect(asked(run(10), slo)).toEqual([
    'ttft.p50 <= 1 ms',
    'e2eLatency.p50 <= 1 ms',
    'e2eLatency.max <= 1 ms',
    'errorRate <= 0 %',
    'requestThroughput >= 1 req/s',
    'requestThroughput <= 2 req/s',
    'goodput <= 1 req/s',
  ])
})

// 10 requests in 9.01 s: 1.11/s
test('a minimum is kept from above', () => {
  expect(words(run(10), { requestThroughput: { min: 1.1 } })).toEqual([
    'pass: requestThroughput 1.11 req/s >= 1.1 req/s',
  ])
  expect(words(run(10), { requestThroughput: { min: 1.2 } })).toEqual([
    'fail: requestThroughput 1.11 req/s < 1.2 req/s',
  ])
})

// 97 of 100 completed; rank of P99 = 99 * 0.99 = 98.01, among the failed ones (97, 98, 99). P90: 99 * 0.9 = 89.1,
// between the 90th (90 ms) and the 91st (91 ms): 90.1 ms, where the 97 completed alone would give 87.4.
test('failed requests count as never answered, at their place among all requests', () => {
  const report = run(97, 3)
  expect(words(report, { ttft: { p99: 1e9 } })[0]).toMatch(
    /^inconclusive: ttft\.p99 > 1000000000 ms: 3 of 100 requests failed and count as never answered; 3 of 100 over/,
  )
  expect(judgeSlo(report, { ttft: { p90: 1e9 } })[0]?.observed).toBeCloseTo(90.1, 9)
  expect(judgeSlo(run(60, 40), { ttft: { p90: 1e9 } })[0]?.verdict).toBe('fail')
})

// 1 of 1000 failed: 0.1 % is within the 10 % that a P90 forgives, but no maximum or mean forgives any
test('a percentile forgives as many failures as its share, a maximum and a mean none', () => {
  const answered = Array.from({ length: 999 }, (_, i) => recordWithTtft(100, i * 1000))
  const report = madeUp([...answered, failedRecord({ dueAt: 999_000 })])
  const verdicts = judgeSlo(report, { ttft: { mean: 1e9, min: 1e9, p90: 1e9, max: 1e9 }, errorRate: 0.01 })
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'pass', 'fail', 'pass'])
})

// 1 of 100 failed, which no throughput, minimum or P50 minds
test.for<Slo>([
  { requestThroughput: { min: 0.1 } },
  { goodput: { min: 0.1 } },
  { ttft: { min: 1e9, p50: 1e9 } },
  { queueLateness: { p99: 1e9 } },
])('failed requests break an SLO that states no error rate: %j', (slo) => {
  const judged = judgeSlo(withGoodput(run(99, 1)), slo)
  expect(judged.slice(0, -1).every(({ verdict }) => verdict === 'pass')).toBe(true)
  expect(judged.at(-1)).toMatchObject({ metric: 'errorRate', verdict: 'fail', observed: 0.01, limit: 0, implied: true })
  expect(messages(withGoodput(run(99, 1)), slo).at(-1)).toBe(
    'errorRate 1.00 % > 0 % (implied, since the SLO states none)',
  )
  expect(
    judgeSlo(withGoodput(run(99, 1)), { ...slo, errorRate: 0.01 }).every(({ verdict }) => verdict === 'pass'),
  ).toBe(true)
  expect(asked(withGoodput(run(100)), slo)).not.toContain('errorRate <= 0 %')
})

// P99 over 1000 with 11 failed: rank 999 * 0.99 = 989.01 needs the 991st answer, and there are 989
test('ITL, of which a request has many, follows the same share of failures', () => {
  const withGaps = (failed: number): MadeUp => {
    const judged = run(1000 - failed, failed)
    return { ...judged, metrics: { ...judged.metrics, itl: judged.metrics.e2eLatency } }
  }
  expect(judgeSlo(withGaps(5), { itl: { p99: 1e9 } })[0]?.verdict).toBe('pass')
  expect(judgeSlo(withGaps(11), { itl: { p99: 1e9 } })[0]?.verdict).toBe('fail')
})

test('failures have a place of their own: the error rate', () => {
  expect(words(run(99, 1), { errorRate: 0.01 })).toEqual(['pass: errorRate 1.00 % <= 1 %'])
  expect(words(run(99, 1), { errorRate: 0 })).toEqual(['fail: errorRate 1.00 % > 0 %'])
})

test('nothing passes when no request completed, not even what a zero would satisfy', () => {
  const slo: Slo = {
    ttft: { p99: 1e9 },
    queueLateness: { p99: 1e9 },
    errorRate: 0.99,
    requestThroughput: { max: 10 },
    goodput: 1,
  }
  const verdicts = judgeSlo(run(0, 20), slo)
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'fail', 'fail', 'fail'])
  expect(messages(run(0, 20), slo)[0]).toBe('ttft.p99: no request completed (20 failed), and no data is a failure')
})

test('a metric without a sample fails and says when it is absent', () => {
  expect(words(run(10), { tpot: { p50: 1e9 } })).toEqual([
    'fail: tpot.p50: no data (absent when fewer than two output tokens, or they came in too few pieces to show their pace), and no data is a failure',
  ])
  expect(words(run(10), { goodput: { min: 1 } })).toEqual([
    'fail: goodput: no data (absent when the run has no objectives), and no data is a failure',
  ])
})

test('a value that is not a number fails', () => {
  const report = run(10)
  const ttft = { ...report.metrics.ttft, p50: NaN } as CaseReport['metrics']['ttft']
  expect(judgeSlo({ ...report, metrics: { ...report.metrics, ttft } }, { ttft: { p50: 1e9 } })[0]).toMatchObject({
    verdict: 'fail',
    observed: null,
  })
})

test('too few requests are inconclusive, and say what they cannot show', () => {
  expect(words(spread(100, 0), { ttft: { p90: 400, p99: 400 } })).toEqual([
    'pass: ttft.p90 100.0 ms <= 400 ms: 0 of 100 over: at most 3% exceed it, 95% sure',
    'inconclusive: ttft.p99 100.0 ms <= 400 ms: 0 of 100 over: 100 requests cannot show a P99 (needs 299); P97 < 400 ms, 95% sure',
  ])
  expect(shortSamples(100, { ttft: { p99: 1 }, e2eLatency: { p99: 1 } })).toEqual([
    '100 requests cannot show a P99 (needs 299)',
  ])
  expect(shortSamples(299, { ttft: { p99: 1 } })).toEqual([])
  // A gap is no request: there are thousands of them.
  expect(shortSamples(10, { itl: { p99: 1 }, ttft: { max: 1 } })).toEqual([])
})

test.for([
  ['an empty SLO', {}, 'The SLO has no objective, so it could never fail.'],
  ['an empty metric', { ttft: {} }, 'The SLO has no objective, so it could never fail.'],
  ['an objective of undefined', { errorRate: undefined }, 'The SLO has no objective, so it could never fail.'],
  ['an unknown metric', { tttf: { p99: 1 } }, '"tttf" is not a metric an SLO can speak of. Did you mean "ttft"?'],
  ['another letter case', { e2elatency: { p99: 1 } }, 'Did you mean "e2eLatency"?'],
  ['an unknown statistic', { ttft: { p98: 1 } }, '"p98" is not a statistic of ttft. Did you mean "p9'],
  [
    'a bound of another name',
    { errorRate: { maximum: 1 } },
    '"maximum" is not a bound of errorRate. Use one of: min, max.',
  ],
  ['a latency without statistic', { ttft: 400 }, 'ttft is 400, which says no statistic.'],
  ['a negative limit', { ttft: { p99: -1 } }, 'The limit of ttft.p99 is -1.'],
  ['NaN', { ttft: { p99: NaN } }, 'The limit of ttft.p99 is NaN.'],
  ['infinity', { ttft: { p99: Infinity } }, 'The limit of ttft.p99 is Infinity.'],
  ['a text', { ttft: { p99: '400' } }, 'The limit of ttft.p99 is "400".'],
  ['null', { errorRate: null }, 'The limit of errorRate is null.'],
  ['an error rate that nothing exceeds', { errorRate: 1 }, 'No run could miss the limit 1 of errorRate.'],
  ['a latency of nothing', { tpot: { p99: 0 } }, 'No run could keep the limit 0 of tpot.p99.'],
  ['an unknown policy', { errorRate: 0, inconclusive: 'ignore' }, 'The policy `inconclusive` of an SLO is "ignore".'],
  ['a policy alone', { inconclusive: 'fail' }, 'The SLO has no objective, so it could never fail.'],
  ['a minimum of nothing', { goodput: { min: 0 } }, 'No run could miss the limit 0 of goodput.'],
] as const)('%s is an error, not a pass', ([, slo, message]) => {
  const judge = () => judgeSlo(run(10), slo as unknown as Slo)
  expect(judge).toThrow(BenchError)
  expect(judge).toThrow(message)
})

// ttft P50 < 2 and P99 < 5: a single request is good up to 5 ms, because the SLO itself lets half of them exceed 2
test('goodput asks of a single request the loosest limit of each latency', () => {
  const meets = meetsObjectives({ ttft: { p50: 2, p99: 5, mean: 1 }, errorRate: 0 })
  expect([1, 5, 6].map((ttft) => meets(recordWithTtft(ttft)))).toEqual([true, true, false])
  expect(meets(failedRecord())).toBe(false)
})

// a single token has no TPOT, so no TPOT limit can be broken; its E2E of 3 ms breaks 2 ms
test('goodput holds every stated latency against a request, and only those it has', () => {
  const meets = (slo: Slo, record: RequestRecord): boolean => meetsObjectives(slo)(record)
  expect(meets({ tpot: { max: 1 } }, recordWithTtft(3))).toBe(true)
  expect(meets({ ttft: { max: 10 }, e2eLatency: { p90: 2 } }, recordWithTtft(3))).toBe(false)
  // Five tokens at once: who knows. Of TTFT enough is known.
  const atOnce = madeUpRecord({ outputAt: Float64Array.of(8, 8, 8, 8, 8) })
  expect(meets({ tpot: { max: 1 } }, atOnce)).toBe(false)
  expect(meets({ ttft: { max: 10 } }, atOnce)).toBe(true)
  expect(meets({ ttft: { max: 10 } }, madeUpRecord({ outputAt: new Float64Array() }))).toBe(false)
})

// 10 of 11 completed with TTFT 1..10; P50 of 11 has rank 5: the sixth, 6 ms, three times its limit of 2
test('the text of a failure has the facts first, then a table, then what became of the requests', () => {
  const judged = run(10, 1)
  const verdicts = judgeSlo(judged, {
    ttft: { p50: 2, p90: 400, max: 400 },
    errorRate: 0,
    outputThroughput: { min: 0.5 },
  })
  expect(formatVerdicts(judged.report, verdicts)).toMatchInlineSnapshot(`
    "vllm @ 8 req/s breaks 2 of 5 objectives: errorRate 9.09 % > 0 %, ttft.max > 400 ms: 1 of 11 requests failed and count as never answered

      ? ttft.p50             6.00 ms  ≤ 2 ms
      ? ttft.p90             10.0 ms  ≤ 400 ms
      ✗ ttft.max             no data  ≤ 400 ms
      ✗ errorRate             9.09 %  ≤ 0 %
      ✓ outputThroughput  1.00 tok/s  ≥ 0.5 tok/s

      10/11 requests in 10.0 s, 1 failed
        1 x connect: ECONNREFUSED 127.0.0.1:8000"
  `)
})

test('a run without fault is said to meet its objectives', () => {
  const judged = run(10)
  expect(formatVerdicts(judged.report, judgeSlo(judged, { ttft: { max: 400 } }))).toMatch(
    /^vllm @ 8 req\/s meets its objective\n/,
  )
})
