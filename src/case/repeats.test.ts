import { expect, test } from 'vitest'
import { GOOD_CLIENT, failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import type { RequestRecord } from '../record.ts'
import { judgeClient } from '../slo/judge-client.ts'
import { freshRepeats, measureUntilValid } from './repeats.ts'
import { buildTrial, type MeasuredTrial, type TrialInput } from './trial.ts'

const CLIENT = { calibration: GOOD_CLIENT, notCalibrated: null, maxErrorShare: 0.05 }

function attempt(records: readonly RequestRecord[], differences: Partial<TrialInput> = {}): MeasuredTrial {
  const { target, load } = madeUpReport(records)
  const result = { records, unsent: 0, aborted: false, connections: null, utilisation: null }
  return buildTrial({ target, load, trial: 0, digest: 'abc', result, telemetry: null, client: CLIENT, ...differences })
}

/** A run with a median TTFT of 100 ms, of which 5 ms may be the client's lateness. */
function sentLate(lateness: number, trial = 0): MeasuredTrial {
  return attempt([madeUpRecord({ sentAt: lateness, outputAt: Float64Array.of(100) })], { trial })
}

/** Measures what these attempts give, one after the other. */
async function measure(
  attempts: readonly MeasuredTrial[],
  {
    repeats = freshRepeats(),
    signal = new AbortController().signal,
    isSimulated = false,
  }: { repeats?: ReturnType<typeof freshRepeats>; signal?: AbortSignal; isSimulated?: boolean } = {},
) {
  let count = 0
  const { trial, repeated } = await measureUntilValid(async () => attempts[count++]!, repeats, { isSimulated, signal })
  return { trial, attempts: count, left: repeats.left, told: repeated }
}

test('a trial whose client was late once is measured again, and says so', async () => {
  const { trial, attempts, left, told } = await measure([sentLate(41), sentLate(1)])
  expect({ attempts, left, invalid: trial.invalid }).toEqual({ attempts: 2, left: 1, invalid: [] })
  expect(told).toEqual({
    code: 'repeated',
    message: 'trial 0 was invalid and was repeated: at P99 the client was late by 41.0 ms (limit 5.0 ms)',
  })
})

test('a trial that was in time is measured once', async () => {
  expect(await measure([sentLate(1)])).toMatchObject({ attempts: 1, left: 2, told: null })
})

// The stall in which a server dies makes its last answers late; a second attempt would find nobody there.
test('an attempt with failed requests is not measured again, so that what it saw of the failure stays', async () => {
  const dying = attempt([
    madeUpRecord({ sentAt: 41, outputAt: Float64Array.of(100) }),
    failedRecord({ index: 1, dueAt: 1000 }),
  ])
  const { attempts, left, trial } = await measure([dying, sentLate(1)])
  expect({ attempts, left, failed: trial.report.metrics.failed }).toEqual({ attempts: 1, left: 2, failed: 1 })
  expect(trial.invalid).toMatchObject([{ reason: 'client-on-time', verdict: 'invalid' }])
})

test('what is still late after two repeats is invalid as it was, and tells all three', async () => {
  const { trial, attempts, told } = await measure([sentLate(41), sentLate(42), sentLate(43)])
  expect(attempts).toBe(3)
  expect(trial.invalid).toMatchObject([{ reason: 'client-on-time', verdict: 'invalid', observed: 43 }])
  expect(told?.message).toMatch(
    /^trial 0 was invalid 2 times and was repeated: .* late by 41\.0 ms \(limit 5\.0 ms\), then by 42\.0 ms/,
  )
})

test('after an abort nothing is measured again, and what was measured stays', async () => {
  const { attempts, trial } = await measure([sentLate(41)], { signal: AbortSignal.abort() })
  expect({ attempts, invalid: trial.invalid }).toMatchObject({ attempts: 1, invalid: [{ verdict: 'invalid' }] })
})

test('the trials of a stage share two repeats', async () => {
  const repeats = freshRepeats()
  expect(await measure([sentLate(41), sentLate(42), sentLate(1)], { repeats })).toMatchObject({ attempts: 3, left: 0 })
  expect(await measure([sentLate(41), sentLate(1)], { repeats })).toMatchObject({ attempts: 1, told: null })
})

test('a run in virtual time is not repeated', async () => {
  expect(await measure([sentLate(41)], { isSimulated: true })).toMatchObject({ attempts: 1, told: null })
})

test('a run that was cut short is not repeated', async () => {
  const records = [madeUpRecord({ sentAt: 41, outputAt: Float64Array.of(100) })]
  const result = { records, unsent: 3, aborted: true, connections: null, utilisation: null }
  expect(await measure([attempt(records, { result })])).toMatchObject({ attempts: 1, told: null })
})

// An error of 20 ms at P99, where a limit of 100 ms bears 5 ms.
test('a late client that is too coarse for the objectives as well is not repeated', async () => {
  const late = sentLate(41)
  const calibration = { ...GOOD_CLIENT, ttft: { p50: 1, p99: 20, max: 30 } }
  const coarse = judgeClient({ ...late.report.validity.client, calibration }, { ttft: { p50: 100 } })
  expect(coarse).toHaveLength(1)
  const tried = await measure([{ ...late, invalid: [...late.invalid, ...coarse] }])
  expect(tried).toMatchObject({ attempts: 1, told: null })
})

test('each repeated trial is told with its number', async () => {
  const { told: first } = await measure([sentLate(30, 0), sentLate(1, 0)])
  const { told: third } = await measure([sentLate(41, 2), sentLate(1, 2)])
  expect([first?.message, third?.message]).toEqual([
    'trial 0 was invalid and was repeated: at P99 the client was late by 30.0 ms (limit 5.0 ms)',
    'trial 2 was invalid and was repeated: at P99 the client was late by 41.0 ms (limit 5.0 ms)',
  ])
})
