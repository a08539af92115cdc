import { expect, test } from 'vitest'
import { madeUpCase, madeUpRecord } from '../metrics/records.testkit.ts'
import { inWords } from '../verdict/words.ts'
import { judgeStimulus } from './judge-stimulus.ts'

/** Trials of 100 requests, ten a second; each request is sent as late as `lateness` of its trial says. */
function reportOf(...lateness: ((index: number) => number)[]) {
  return madeUpCase(
    lateness.map((late) =>
      Array.from({ length: 100 }, (_, index) =>
        madeUpRecord({ index, dueAt: index * 100, sentAt: index * 100 + late(index) }),
      ),
    ),
  )
}

const words = (lateness: (index: number) => number): string[] =>
  judgeStimulus(reportOf(lateness)).map((verdict) => `${verdict.verdict} ${inWords(verdict).objective}`)

test('a load that left on time keeps all three limits', () => {
  expect(words((index) => (index % 2) / 10)).toEqual([
    'pass sent rate >= 0.98 of the schedule',
    'pass gap distance <= 0.1',
    'pass late sends <= 0.01',
  ])
})

test('a client that falls behind steadily keeps the gaps alike and is late', () => {
  // 1 ms more with each request: 100 requests take 9999 ms where 9900 were due, 99 %.
  expect(words((index) => index)).toEqual([
    'pass sent rate >= 0.98 of the schedule',
    'pass gap distance <= 0.1',
    'fail late sends <= 0.01',
  ])
})

test('a client that stutters changes the gaps', () => {
  // Every second request leaves 30 ms late: gaps of 130 and 70 ms instead of 100.
  expect(words((index) => (index % 2) * 30)[1]).toBe('fail gap distance <= 0.1')
})

test('the worst trial decides', () => {
  const report = reportOf(
    () => 0,
    (index) => index,
  )
  expect(judgeStimulus(report).map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'fail'])
})

test('one sending has neither rate nor gaps, which is no pass', () => {
  const verdicts = judgeStimulus(madeUpCase([[madeUpRecord()]]))
  expect(verdicts.map((verdict) => inWords(verdict).message)[0]).toBe('sent rate: no data, and no data is a failure')
  expect(verdicts.map(({ verdict, observed }) => [verdict, observed])).toEqual([
    ['fail', null],
    ['fail', null],
    ['pass', 0],
  ])
})

test('a limit that is no share is an error', () => {
  expect(() =>
    judgeStimulus(
      reportOf(() => 0),
      { maxLateShare: 5 },
    ),
  ).toThrow('The limit maxLateShare is 5')
  expect(() =>
    judgeStimulus(
      reportOf(() => 0),
      { maxLate: 0.5 } as never,
    ),
  ).toThrow('Did you mean "maxLateShare"?')
})
