import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { madeUpRecord, madeUpReport, madeUpRun } from '../metrics/records.testkit.ts'
import type { CaseReport } from '../report.ts'
import { compareRates } from './compare-rates.ts'
import type { SendLook } from './look.ts'
import { poolRuns } from './pool-runs.ts'

const LIMITS = { margins: {}, falseFailChance: 0.05, inconclusive: 'warn' } as const
const options = (requestRates: number[]) => ({ baseline: vllm(), candidate: vllm(), requestRates })

/** What `load` gives: forty answers of about 100 ms, sent `lateness(rate)` ms late; which cases there were, with all their looks. */
function fakeLoad(lateness: (requestRate: number) => number): { send: SendLook; cases: Map<string, CaseReport> } {
  const cases = new Map<string, CaseReport>()
  const send: SendLook = async ({ requestRate, name, trial = 0 }, { before }) => {
    const records = Array.from({ length: 40 }, (_, index) => {
      const dueAt = index * 1000
      const first = dueAt + 100 + ((index * 7 + trial * 3) % 11)
      return madeUpRecord({
        index,
        dueAt,
        sentAt: dueAt + lateness(requestRate),
        outputAt: Float64Array.of(0, 10, 20, 30, 40).map((ms) => first + ms),
      })
    })
    const { load } = madeUpReport(records)
    const one = madeUpRun([records], {
      case: name,
      load: { ...load, requestRate },
      trial,
      digest: `workload ${trial}`,
    })
    const run = before === null ? one : poolRuns([before, one], null)
    cases.set(name, run.report)
    return run
  }
  return { send, cases }
}

test('one rate that stays invalid is given up, and the other is judged', async () => {
  const { send, cases } = fakeLoad((requestRate) => (requestRate === 4 ? 50 : 0))
  await expect(compareRates(send, options([2, 4]), LIMITS)).rejects.toThrow(
    /^The versions cannot be compared at 4 req\/s: trial 0 of baseline, 4 req\/s is invalid\. At P99 the client was late by 50\.0 ms/,
  )
  expect([...cases].map(([name, { trials }]) => `${name}: ${trials.length}`)).toEqual([
    'baseline, 2 req/s: 3',
    'baseline, 4 req/s: 1',
    'candidate, 2 req/s: 3',
  ])
  const judged = [...cases.values()].flatMap(({ verdicts }) => verdicts.filter(({ kind }) => kind === 'regression'))
  expect(judged.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => 'pass'))
})

test('where every rate is given up nothing is judged, and each is told', async () => {
  const { send, cases } = fakeLoad(() => 50)
  const error = await compareRates(send, options([2, 4]), LIMITS).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AggregateError)
  expect((error as AggregateError).errors.map(String)).toEqual([
    expect.stringContaining('at 2 req/s'),
    expect.stringContaining('at 4 req/s'),
  ])
  const verdicts = [...cases.values()].flatMap((report) => report.verdicts)
  expect(verdicts.filter(({ verdict }) => verdict === 'pass')).toEqual([])
})
