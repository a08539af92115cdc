import { expect, test } from 'vitest'
import { madeUpRecord, failedRecord } from '../metrics/records.testkit.ts'
import { createTally } from './progress.ts'

/** Two requests that fill the batch and three that are measured, one a second. */
const workload = { offsets: [0, 1000, 2000, 3000, 4000], fill: 2 }

test('while the batch is filled the bar is that of the fill', () => {
  const tally = createTally(workload)
  tally.add(madeUpRecord({ index: -2 }))
  expect(tally.progress({ sent: 1, elapsedMs: 900 })).toMatchObject({
    phase: 'fill',
    sent: 1,
    completed: 1,
    total: 2,
    inFlight: 0,
    elapsedMs: 900,
    ttftP50: 100,
  })
})

test('then it is that of the measured requests, whose time begins with the first of them', () => {
  const tally = createTally(workload)
  tally.add(madeUpRecord({ index: -2 }))
  // Its 5 tokens came within the 500 ms since the first measured request was due: 10 a second.
  tally.add(madeUpRecord({ index: 0, dueAt: 2000 }))
  expect(tally.progress({ sent: 3, elapsedMs: 2500 })).toMatchObject({
    phase: 'load',
    sent: 1,
    completed: 1,
    failed: 0,
    total: 3,
    inFlight: 1,
    elapsedMs: 500,
    tokensPerSecond: 10,
  })
})

test('one of the fill that failed counts among those that are measured', () => {
  const tally = createTally(workload)
  tally.add(failedRecord({ index: -1, dueAt: 1000 }))
  expect(tally.progress({ sent: 2, elapsedMs: 2000 })).toMatchObject({ phase: 'load', sent: 1, failed: 1, total: 4 })
})
