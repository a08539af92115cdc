import { expect, test } from 'vitest'
import type { ClientFacts } from '../report.ts'
import { failedRecord, GOOD_CLIENT, madeUpRecord, madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'

/** Sent `lateness` ms after it was due, first output 100 ms after that time was due. */
function sentLate(lateness: number): ReturnType<typeof madeUpRecord> {
  return { ...recordWithTtft(100), sentAt: lateness }
}

test('a client that was late by more than 5 % of the median TTFT makes the run invalid', () => {
  // Median TTFT 100 ms: 5 ms are allowed at P99.
  expect(madeUpReport([sentLate(4.9)]).verdicts).toEqual([])
  expect(madeUpReport([sentLate(5.1)]).verdicts).toMatchObject([
    { kind: 'validity', reason: 'client-on-time', verdict: 'invalid', observed: 5.1, limit: 5 },
  ])
})

test('of a server that answers within milliseconds 2 ms are no fault: no timer keeps 5 % of that', () => {
  // Median TTFT 10 ms, of which 5 % are 0.5 ms.
  const fast = (lateness: number) => madeUpRecord({ sentAt: lateness, outputAt: Float64Array.of(10) })
  expect(madeUpReport([fast(2)]).verdicts).toEqual([])
  expect(madeUpReport([fast(2.1)]).verdicts).toMatchObject([
    {
      reason: 'client-on-time',
      limit: 2,
      facts: expect.stringMatching(
        /^At P99 the client was late by 2\.1 ms, 21\.0 % of the median TTFT \(2 ms is the most\)/,
      ),
    },
  ])
})

/** The doubts about the client of a run whose median TTFT is 100 ms and median ITL 10 ms. */
function doubtsAbout(client: Partial<ClientFacts>, simulated = false): string[] {
  const { target, validity } = madeUpReport([madeUpRecord()])
  const report = madeUpReport([], {
    target: { ...target, simulated },
    client: { ...validity.client, ...client },
    result: {
      records: [madeUpRecord()],
      unsent: 0,
      aborted: false,
      connections: null,
      utilisation: client.utilisation ?? 0.1,
    },
  })
  return report.doubts.filter(({ code }) => /client|calibrated/.test(code)).map(({ message }) => message)
}

// One answer that left in time and one request that left 50 ms late into a dying server: 49.5 ms at P99 of both.
test('a late request that failed does not blame the client, and the doubt says whose lateness it was', () => {
  const { verdicts, doubts } = madeUpReport([sentLate(1), failedRecord({ index: 1, dueAt: 500, sentAt: 550 })])
  expect(verdicts).toEqual([])
  expect(doubts).toContainEqual({
    code: 'client-late',
    trial: null,
    message: expect.stringMatching(
      /^At P99 the client was late by 49\.5 ms, .* The requests that were answered left in time\.$/,
    ),
  })
  const both = madeUpReport([sentLate(50), failedRecord({ index: 1, dueAt: 500, sentAt: 550 })])
  expect(both.verdicts).toMatchObject([{ reason: 'client-on-time', observed: 50 }])
})

test('what the client adds is told where it is over 5 % of a median', () => {
  const itl = { p50: 0.1, p99: 0.6, max: 1 }
  expect(doubtsAbout({})).toEqual([])
  expect(doubtsAbout({ calibration: { ...GOOD_CLIENT, itl } })).toEqual([
    'With 8 streams and 400 events/s the client adds 0.60 ms to ITL at P99, 6.0 % of the median.',
  ])
})

test('a client that was not calibrated, or hardly ever idle, is a doubt', () => {
  const uncalibrated = { calibration: null, notCalibrated: 'calibration is switched off' }
  expect(doubtsAbout(uncalibrated)).toEqual([
    'What the client adds to the times is not known: calibration is switched off.',
  ])
  expect(doubtsAbout(uncalibrated, true)).toEqual([])
  expect(doubtsAbout({ utilisation: 0.7 })).toEqual([])
  expect(doubtsAbout({ utilisation: 0.75 })).toEqual([
    "The client's thread was at work for 75.0 % of the run: above 70 % its times are late.",
  ])
})

test('under a cap of concurrency the wait for a slot is the load that was asked for', () => {
  const load = { ...madeUpReport([sentLate(0)]).load, maxConcurrency: 1 }
  expect(madeUpReport([sentLate(50)], { load }).verdicts).toEqual([])
})

test('a run that was cut short is invalid', () => {
  const result = { records: [sentLate(0)], unsent: 9, aborted: true, connections: null, utilisation: null }
  expect(madeUpReport([], { result }).verdicts).toMatchObject([{ reason: 'complete-run', verdict: 'invalid' }])
})

test('a run that lost a thread of its client is invalid, and says why', () => {
  const threads = { count: 2, crash: { thread: 2, reason: 'out of memory' } }
  const result = { records: [sentLate(0)], unsent: 9, aborted: true, connections: null, utilisation: 0.5, threads }
  const { verdicts, validity } = madeUpReport([], { result })
  expect(validity.client.threads).toBe(2)
  expect(verdicts).toMatchObject([
    { reason: 'complete-run', verdict: 'invalid' },
    {
      reason: 'client-threads',
      verdict: 'invalid',
      facts: expect.stringContaining(
        'Client thread 2 of 2 crashed (out of memory): what it had not handed back is lost.',
      ),
    },
  ])
})

test('requests that were sent twice, and certificates that nobody checked, stand next to the numbers', () => {
  const records = [sentLate(0)]
  const connections = { opened: 4, reused: 96, resent: 3, connectMs: [] }
  const { target } = madeUpReport(records)
  const { validity, doubts } = madeUpReport(records, {
    target: { ...target, insecureTls: true },
    result: { records, unsent: 0, aborted: false, connections, utilisation: null },
  })
  expect(validity.connections).toEqual({ ...connections, connectMs: null })
  expect(doubts.filter(({ code }) => code !== 'too-short')).toMatchObject([
    { code: 'insecure-tls', message: 'No certificate was checked: any machine on the way may have answered.' },
    {
      code: 'resent',
      message: '3 requests were sent twice: the connection that they reused was lost before any byte of an answer.',
    },
  ])
})

/** Requests a second apart that take `ms` each. */
function steady(count: number, ms: number) {
  return Array.from({ length: count }, (_, i) => recordWithTtft(ms, i * 1000))
}

function tooShort(records: ReturnType<typeof steady>): string[] {
  return madeUpReport(records).doubts.flatMap(({ code, message }) => (code === 'too-short' ? [message] : []))
}

// 31 requests a second apart arrive in 30 s; with answers of 3.1 s it takes 31 s
test('a run from idle that is shorter than 30 s or ten answers says so', () => {
  expect(tooShort(steady(31, 3000))).toEqual([])
  expect(tooShort(steady(30, 100))).toEqual([
    'Arrivals lasted 29.0 s, less than 30.0 s: the numbers depend on the length of the run.',
  ])
  expect(tooShort(steady(31, 3100))[0]).toMatch(/^Arrivals lasted 30\.0 s, less than 10 median answers \(31\.0 s\): /)
})
