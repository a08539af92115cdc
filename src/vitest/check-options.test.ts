import { expect, test } from 'vitest'
import { checkBaselineTrials } from './check-options.ts'

test('a baseline has as many trials as all stages take, unless told', () => {
  expect(checkBaselineTrials()).toBe(13)
  expect(checkBaselineTrials(8)).toBe(8)
})

test.for([0, 7, 1.5, '13', NaN, null])('baselineTrials: %j is refused with the reason for the least', (trials) => {
  expect(() => checkBaselineTrials(trials)).toThrow(
    expect.objectContaining({
      code: 'bad-baseline',
      message: expect.stringMatching(
        /^The option baselineTrials of servingBench\(\) is .*whole number from 8 to 1000: 3 trials find suspects, 5 more confirm/,
      ),
    }),
  )
})
