import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { summarise } from '../metrics/summarise.ts'
import { compareRates } from './compare-versions.ts'
import type { Load } from './load-fixture.ts'
import type { ServingRun } from '../case/serving-run.ts'

const LIMITS = { margins: {}, falseFailChance: 0.05, inconclusive: 'warn' } as const
const options = (requestRates: number[]) => ({ baseline: vllm(), candidate: vllm(), requestRates })

/** What `load` gives: forty answers of about 100 ms, sent `lateness(rate)` ms late; which runs there were. */
function fakeLoad(lateness: (requestRate: number) => number): { load: Load; runs: ServingRun[] } {
  const runs: ServingRun[] = []
  const load: Load = async ({ requestRate, name = '', trial = 0 }) => {
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
    const { load: facts } = madeUpReport(records)
    const report = madeUpReport(records, {
      case: name,
      load: { ...facts, requestRate, trial, digest: `workload ${trial}` },
    })
    const run = { ...summarise(records), report, reports: [report], records }
    runs.push(run)
    return run
  }
  return { load, runs }
}

test('one rate that stays invalid is given up, and the other is judged', async () => {
  const { load, runs } = fakeLoad((requestRate) => (requestRate === 4 ? 50 : 0))
  await expect(compareRates(load, options([2, 4]), LIMITS)).rejects.toThrow(
    /^The versions cannot be compared at 4 req\/s: trial 0 of baseline, 4 req\/s is invalid\. At P99 the client was late by 50\.0 ms/,
  )
  expect(runs.filter(({ report }) => report.load.requestRate === 4)).toHaveLength(1)
  const judged = runs.flatMap(({ report }) => report.verdicts.filter(({ kind }) => kind === 'baseline'))
  expect(judged.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => 'pass'))
})

test('where every rate is given up nothing is judged, and each is told', async () => {
  const { load, runs } = fakeLoad(() => 50)
  const error = await compareRates(load, options([2, 4]), LIMITS).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AggregateError)
  expect((error as AggregateError).errors.map(String)).toEqual([
    expect.stringContaining('at 2 req/s'),
    expect.stringContaining('at 4 req/s'),
  ])
  expect(runs.flatMap(({ report }) => report.verdicts.filter(({ verdict }) => verdict === 'pass'))).toEqual([])
})
