import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { checkBaselineTrials, checkCapacity, checkLoadCall } from './check-options.ts'

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

// A sweep from 8 to 4 would have sent nothing, and passed.
test.for([
  [{ from: 8, to: 4 }, 'begin at 8 req/s'],
  [{ min: 3, to: 2 }, 'begin at 3 req/s'],
  [{ to: 0.5 }, 'begin at 1 req/s'],
] as const)('findCapacity refuses %j, whose rates are none', ([options, message]) => {
  expect(() => checkCapacity('chat', { target: vllm(), slo: {}, ...options })).toThrow(message)
})

test.for([
  [{ reusePrompts: 'yes' }, 'The option reusePrompts of a load is "yes". It must be: true or false.'],
  [{ maxConcurrency: 0 }, 'The option maxConcurrency of a load is 0. It must be: a whole number from 1.'],
  [{ seed: 1.5 }, 'The option seed of a load is 1.5. It must be: a whole number.'],
  [{ goodput: { ttft: { p99: 0 } } }, 'The option goodput.ttft.p99 of a load is 0. It must be: a number above 0.'],
  [{ goodput: {} }, 'It must be: limits of one request, such as { ttft: { p99: 400 } }.'],
  [{ goodput: { ttft: {} } }, 'It must be: limits of one request'],
  [{ goodput: { errorRate: 0 } }, 'goodput of a load has no option "errorRate". Use one of: ttft, tpot, e2eLatency.'],
  // A mean says nothing of one request.
  [{ goodput: { ttft: { mean: 5 } } }, 'goodput.ttft of a load has no option "mean".'],
  [{ slo: { ttft: { p99: 400 } } }, 'A load was given an slo, and judges nothing. Write expect(run).toMeetSlo(slo)'],
  [{ trial: -1 }, 'The option trial of a load is -1. It must be: a whole number from 0.'],
] as const)('a load with %j is refused in words of ours', ([option, message]) => {
  const load = { target: vllm(), requestRate: 1, numPrompts: 10 }
  expect(() => checkLoadCall({ ...load, ...option })).toThrow(message)
  expect(() =>
    checkLoadCall({ ...load, seed: -3, maxConcurrency: 1, trial: 0, goodput: { ttft: { p99: 400 } } }),
  ).not.toThrow()
})
