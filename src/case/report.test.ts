import { expect, test } from 'vitest'
import { CaseReport } from '../report.ts'
import { failedRecord, GOOD_CLIENT, madeUpRecord, madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'

/** 8 requests/s: due every 125 ms. */
const onTime = Array.from({ length: 300 }, (_, index) => madeUpRecord({ index, dueAt: index * 125 }))

test('a report survives JSON and its own schema', () => {
  const report = madeUpReport([...onTime, failedRecord({ index: 300, dueAt: 37_500 })])
  expect(CaseReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
})

test('a clean run raises no doubts', () => {
  expect(madeUpReport(onTime).doubts).toEqual([])
  expect(madeUpReport(onTime).validity).toEqual({
    sentShare: 1,
    offeredShare: 1,
    stimulus: { dueRate: 8, sentRate: 8, gapDistance: 0, lateSends: 0 },
    lengthMismatches: 0,
    tokenSources: { usage: 300 },
    finishReasons: { length: 300 },
    pace: { requests: 300, unobserved: 0, tokensAtOnce: 1 },
    promptTokenDifference: null,
    cachedPromptShare: null,
    connections: null,
    client: {
      threads: 1,
      utilisation: null,
      calibration: GOOD_CLIENT,
      notCalibrated: null,
      maxErrorShare: 0.05,
    },
    warmup: { sent: 0, failed: 0, trimmed: 0 },
  })
})

test('failures are counted by kind, the most frequent first, with the first message of each', () => {
  const timedOut = (message: string) => failedRecord({ outcome: { status: 'failed', kind: 'idle-timeout', message } })
  expect(madeUpReport([failedRecord(), timedOut('silent for 30 s'), timedOut('silent for 31 s')]).errors).toEqual([
    { kind: 'idle-timeout', count: 2, example: 'silent for 30 s' },
    { kind: 'connect', count: 1, example: 'ECONNREFUSED 127.0.0.1:8000' },
  ])
})

test('says so when the numbers are simulated', () => {
  const target = { ...madeUpReport(onTime).target, simulated: true }
  expect(madeUpReport(onTime, { target }).doubts).toMatchObject([
    { code: 'simulated', message: 'These are numbers of a simulated vllm engine, not of a server.' },
  ])
})

// TTFT is 100 ms, so the client may be late by 5 ms at P99
test.for([
  [5, []],
  [6, ['At P99 the client was late by 6.0 ms, 6.0 % of the median TTFT (5 % is the most).']],
] as const)('a client late by %d ms', ([lateness, messages]) => {
  const records = onTime.map((record) => ({ ...record, sentAt: record.dueAt + lateness }))
  expect(madeUpReport(records).doubts.map(({ message }) => message)).toEqual(messages)
})

// sent every 150 ms: 6.67/s of 8/s
test('says when the client fell behind the rate of its schedule', () => {
  // Due every 125 ms (8 requests/s), sent every 150 ms: 125 / 150 = 83.3 % of what was due.
  const slow = onTime.map((record) => ({ ...record, sentAt: record.index * 150 }))
  const { validity, doubts } = madeUpReport(slow)
  expect(validity.offeredShare).toBeCloseTo(125 / 150)
  expect(doubts.filter(({ code }) => code === 'rate-not-reached')).toHaveLength(1)
})

test('estimated tokens and other lengths are pointed out', () => {
  const records = onTime.map((record, i) =>
    i < 3 ? { ...record, outputTokens: 4, outputTokensSource: 'events' as const } : record,
  )
  const { validity, doubts } = madeUpReport(records)
  expect(validity).toMatchObject({ lengthMismatches: 3, tokenSources: { events: 3, usage: 297 } })
  expect(doubts).toMatchObject([
    { code: 'token-estimate', message: 'The output tokens of 3 of 300 requests are estimated by counting events.' },
    { code: 'length-mismatch', message: '3 of 300 answers had another length than was asked for.' },
  ])
})

test('a run that was cut short says how much of it there is', () => {
  const result = {
    records: onTime,
    unsent: 900,
    aborted: true,
    connections: { opened: 4, reused: 96, resent: 0, connectMs: [1, 2, 3, 6] },
    utilisation: null,
  }
  const load = { ...madeUpReport(onTime).load, numPrompts: 1200 }
  const { validity, doubts } = madeUpReport(onTime, { result, load })
  expect(validity).toMatchObject({ sentShare: 0.25, connections: { opened: 4, reused: 96, resent: 0 } })
  const told = [{ code: 'aborted', message: 'The run was cut short after 300 of 1200 requests.', trial: null }]
  expect(doubts).toEqual(told)
  // 8 requests/s left where 6 or 12 were asked for: a part of a schedule may have any rate.
  for (const requestRate of [6, 12]) {
    expect(madeUpReport(onTime, { result, load: { ...load, requestRate } }).doubts).toEqual(told)
  }
})

test('all at once has no offered share and is never called saturated', () => {
  const load = { ...madeUpReport(onTime).load, requestRate: null }
  const burst = Array.from({ length: 300 }, (_, i) => recordWithTtft(100 + 50 * i))
  expect(madeUpReport(burst, { load })).toMatchObject({ validity: { offeredShare: null }, doubts: [] })
})
