import { expect, test } from 'vitest'
import { allAtOnce, constant, gamma, poisson } from '../arrival/index.ts'
import { createWorkload } from './create-workload.ts'
import { fillCount, withFill } from './fill.ts'
import { fixedLengths } from './fixed-lengths.ts'

const dataset = fixedLengths({ promptTokens: 20, outputTokens: 5 })
const draw = (count: number, seed: number, arrival = poisson()) =>
  createWorkload({ dataset, arrival, count, requestRate: 4, seed, nonceKey: 'key' })

// 4 a second: 1.5 x 2.1 s = 3.15 s are 12.6 arrivals.
test.each([
  { answer: 2100, count: 13, why: 'as many as arrive in 1.5 median answers' },
  { answer: 10, count: 1, why: 'one at least' },
  { answer: null, count: 1, why: 'one where no answer is known' },
  { answer: 60_000, count: 100, why: 'as many as are measured at the most' },
])('$why', async ({ answer, count }) => {
  expect(fillCount(await draw(100, 1), answer)).toBe(count)
})

test('all at once has no batch to fill beforehand, and a single request no pace', async () => {
  expect(fillCount(await draw(100, 1, allAtOnce()), 2000)).toBe(0)
  expect(fillCount(await draw(1, 1), 2000)).toBe(0)
})

test.each([poisson(), gamma({ burstiness: 0.5 }), constant()])(
  '$label: the measured requests follow the fill at its pace, and are the same whatever it is',
  async (arrival) => {
    const measured = await draw(50, 1, arrival)
    for (const size of [1, 7, 40]) {
      const whole = withFill(measured, await draw(size, 2, arrival))
      expect(whole).toMatchObject({ fill: size, digest: measured.digest })
      expect(whole.requests.slice(size)).toEqual(measured.requests)
      // At 4 a second `size` requests take `size` gaps of 250 ms until the first measured one is due.
      whole.offsets.slice(size).forEach((at, i) => expect(at).toBeCloseTo(size * 250 + measured.offsets[i]!, 6))
      expect(whole.offsets.toSorted((a, b) => a - b)).toEqual(whole.offsets)
    }
  },
)
