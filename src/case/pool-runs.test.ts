import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpRun } from '../metrics/records.testkit.ts'
import type { RequestRecord } from '../record.ts'
import { lastLook } from './look.ts'
import { poolRuns } from './pool-runs.ts'
import { recordsOfTrials } from './serving-run.ts'

/** Twenty answers one second apart, whose first tokens come `ttft` ms after they are due; the last request fails if it is to. */
function requests(ttft: number, { fails = false, late = 0 } = {}): RequestRecord[] {
  return Array.from({ length: 20 }, (_, index) => {
    const dueAt = index * 1000
    const output = Float64Array.of(0, 10, 20, 35).map((ms) => dueAt + ttft + ms)
    return fails && index === 19
      ? failedRecord({ index, dueAt, sentAt: dueAt })
      : madeUpRecord({ index, dueAt, sentAt: dueAt + late, outputAt: output })
  })
}

test('looks of a case are what one load of all their trials would have been, ITL included', () => {
  const trials = [requests(100), requests(200, { fails: true }), requests(150)]
  const looks = trials.map((records, trial) => madeUpRun([records], { trial }))
  const together = madeUpRun(trials)
  const pooled = looks.reduce((before, look) => poolRuns([before, look], null))
  expect(pooled.itl).not.toBeNull()
  expect(pooled).toMatchObject({ completed: 59, failed: 1 })
  expect(pooled.report.metrics).toEqual(together.report.metrics)
  expect(pooled.report.trials.map(({ trial }) => trial)).toEqual([0, 1, 2])
  expect(pooled.report.errors).toEqual(together.report.errors)
  expect(recordsOfTrials(pooled)).toEqual(trials)
  expect(lastLook(pooled)).toMatchObject({ completed: 20, ttft: looks[2]?.ttft, report: { trials: [{ trial: 2 }] } })
})

test('what was said of one look is said of its trial; what was said of its load stays', () => {
  const [fine, late] = [madeUpRun([requests(100)]), madeUpRun([requests(100, { late: 50 })], { trial: 1 })]
  const repeated = { code: 'repeated', message: 'trial 1 was invalid and was repeated', trial: null } as const
  late.report.doubts.push(repeated)
  const { report } = poolRuns([fine, late], null)
  expect(late.report.verdicts).toMatchObject([{ reason: 'client-on-time', trial: null }])
  expect(report.verdicts).toMatchObject([{ reason: 'client-on-time', trial: 1 }])
  expect(report.doubts).toContainEqual(repeated)
})
