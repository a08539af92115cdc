import { expect, test } from 'vitest'
import { madeUpRecord } from './records.testkit.ts'
import { stimulusOf } from './stimulus.ts'

/** One request for each pair of due and sent time. */
function sent(...times: readonly (readonly [dueAt: number, sentAt: number | null])[]) {
  return times.map(([dueAt, sentAt], index) => madeUpRecord({ index, dueAt, sentAt }))
}

test('a load that left as it was planned: 3 gaps of 100 ms are 10 a second', () => {
  expect(stimulusOf(sent([0, 0], [100, 100], [200, 200], [300, 300]))).toEqual({
    dueRate: 10,
    sentRate: 10,
    gapDistance: 0,
    lateSends: 0,
  })
})

test('a client that stops for 200 ms sends two together: gaps of 100, 100, 100 became 0, 300, 0', () => {
  // Below 100 ms lie none of the due gaps and two of three sent ones.
  const { gapDistance, lateSends, sentRate } = stimulusOf(sent([0, 0], [100, 300], [200, 300], [300, 300]))
  expect(gapDistance).toBeCloseTo(2 / 3, 12)
  expect(lateSends).toBe(2)
  expect(sentRate).toBe(10)
})

test('what never left is no sending, and a burst has no rate', () => {
  expect(stimulusOf(sent([0, 0], [100, null]))).toEqual({
    dueRate: 10,
    sentRate: null,
    gapDistance: null,
    lateSends: 0,
  })
  expect(stimulusOf(sent([0, 0], [0, 0]))).toMatchObject({ dueRate: null, sentRate: null, gapDistance: 0 })
})
