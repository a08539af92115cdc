import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import type { RequestRecord } from '../record.ts'
import { recordedTrial } from './recorded-trial.ts'

const recorded = (records: readonly RequestRecord[]) => madeUpReport(records).trials.map(recordedTrial)[0]

test('a trial keeps every measured request, with NaN where one failed', () => {
  expect(recorded([madeUpRecord(), failedRecord({ index: 1, dueAt: 1000 })])).toEqual({
    seed: 0,
    digest: 'abc',
    ttft: [expect.closeTo(100, 1), NaN],
    tpot: [expect.closeTo(10, 1), NaN],
    e2eLatency: [expect.closeTo(140, 1), NaN],
  })
})

test('whatever filled the batch, failed or not, is no part of it: the same index stays the same request', () => {
  const measured = [madeUpRecord({ dueAt: 3000 }), failedRecord({ index: 1, dueAt: 4000 })]
  const fill = [madeUpRecord({ index: -3 }), failedRecord({ index: -2, dueAt: 1000 }), madeUpRecord({ index: -1 })]
  expect(recorded([...fill, ...measured])).toEqual(recorded(measured))
})
