import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { poolTrials } from './pool-validity.ts'
import type { RunReport } from '../report.ts'
import { freshRepeats, measureUntilValid } from './repeats.ts'

/** A run with a median TTFT of 100 ms, of which 5 ms may be the client's lateness. */
function sentLate(lateness: number, trial = 0): RunReport {
  const report = madeUpReport([madeUpRecord({ sentAt: lateness, outputAt: Float64Array.of(100) })])
  return { ...report, load: { ...report.load, trial } }
}

/** Measures what these attempts give, one after the other. */
async function measure(
  attempts: readonly RunReport[],
  repeats = freshRepeats(),
  signal = new AbortController().signal,
) {
  let count = 0
  const { report } = await measureUntilValid(async () => ({ report: attempts[count++]! }), repeats, signal)
  return {
    report,
    attempts: count,
    left: repeats.left,
    told: report.validity.warnings.filter(({ code }) => code === 'repeated'),
  }
}

test('a trial whose client was late once is measured again, and says so', async () => {
  const { report, attempts, left, told } = await measure([sentLate(41), sentLate(1)])
  expect({ attempts, left, verdicts: report.verdicts }).toEqual({ attempts: 2, left: 1, verdicts: [] })
  expect(told).toEqual([
    {
      code: 'repeated',
      message: 'trial 0 was invalid and was repeated: at P99 the client was late by 41.0 ms (limit 5.0 ms)',
    },
  ])
})

test('a trial that was in time is measured once', async () => {
  expect(await measure([sentLate(1)])).toMatchObject({ attempts: 1, left: 2, told: [] })
})

// The stall in which a server dies makes its last answers late; a second attempt would find nobody there.
test('an attempt with failed requests is not measured again, so that what it saw of the failure stays', async () => {
  const dying = madeUpReport([
    madeUpRecord({ sentAt: 41, outputAt: Float64Array.of(100) }),
    failedRecord({ index: 1, dueAt: 1000 }),
  ])
  const { attempts, left, report } = await measure([dying, sentLate(1)])
  expect({ attempts, left, failed: report.metrics.failed }).toEqual({ attempts: 1, left: 2, failed: 1 })
  expect(report.verdicts).toMatchObject([{ objective: 'client on time', verdict: 'invalid' }])
})

test('what is still late after two repeats is invalid as it was, and tells all three', async () => {
  const { report, attempts, told } = await measure([sentLate(41), sentLate(42), sentLate(43)])
  expect(attempts).toBe(3)
  expect(report.verdicts).toMatchObject([{ objective: 'client on time', verdict: 'invalid', observed: 43 }])
  expect(told[0]?.message).toMatch(
    /^trial 0 was invalid 2 times and was repeated: .* late by 41\.0 ms \(limit 5\.0 ms\), then by 42\.0 ms/,
  )
})

test('after an abort nothing is measured again, and what was measured stays', async () => {
  const { attempts, report } = await measure([sentLate(41)], freshRepeats(), AbortSignal.abort())
  expect({ attempts, verdicts: report.verdicts }).toMatchObject({ attempts: 1, verdicts: [{ verdict: 'invalid' }] })
})

test('the trials of a stage share two repeats', async () => {
  const repeats = freshRepeats()
  expect(await measure([sentLate(41), sentLate(42), sentLate(1)], repeats)).toMatchObject({ attempts: 3, left: 0 })
  expect(await measure([sentLate(41), sentLate(1)], repeats)).toMatchObject({ attempts: 1, told: [] })
})

test.for<[string, RunReport]>([
  ['a run in virtual time', { ...sentLate(41), target: { ...sentLate(41).target, simulated: true } }],
  [
    'a run that was cut short',
    madeUpReport([], {
      result: {
        records: [madeUpRecord({ sentAt: 41, outputAt: Float64Array.of(100) })],
        unsent: 3,
        aborted: true,
        connections: null,
        utilisation: null,
      },
    }),
  ],
  [
    'a client that is too coarse for the objectives',
    {
      ...sentLate(1),
      verdicts: [
        {
          kind: 'validity',
          objective: 'client error <= 5.0 % of ttft.p50',
          verdict: 'invalid',
          observed: 20,
          limit: 5,
          message: '',
        },
      ],
    },
  ],
])('%s is not repeated', async ([, report]) => {
  expect(await measure([report])).toMatchObject({ attempts: 1, told: [] })
})

test('in the row of several trials each doubt stands once, with its trial', async () => {
  const { report: first } = await measure([sentLate(30, 0), sentLate(1, 0)])
  const { report: third } = await measure([sentLate(41, 2), sentLate(1, 2)])
  const row = poolTrials([first, sentLate(1, 1), third])
  expect(row.verdicts).toEqual([])
  expect(row.validity.warnings.flatMap(({ code, message }) => (code === 'repeated' ? [message] : []))).toEqual([
    'trial 0 was invalid and was repeated: at P99 the client was late by 30.0 ms (limit 5.0 ms)',
    'trial 2 was invalid and was repeated: at P99 the client was late by 41.0 ms (limit 5.0 ms)',
  ])
})
