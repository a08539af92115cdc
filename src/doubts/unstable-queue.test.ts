import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { detectUnstableQueue } from './unstable-queue.ts'

/** Waits at one server that takes 200 ms a request, first come, first served, with Poisson arrivals (M/D/1). */
function waits(load: number, seed: number, count = 1000): number[] {
  const random = createRandom(seed, 'arrivals')
  let arrivedAt = 0
  let free = 0
  return Array.from({ length: count }, () => {
    arrivedAt += (-Math.log(1 - random.next()) * 200) / load
    free = Math.max(free, arrivedAt) + 200
    return free - arrivedAt
  })
}

function unstable(load: number): number {
  return Array.from({ length: 100 }, (_, seed) => detectUnstableQueue({ ttft: waits(load, seed) })).filter(
    ({ verdict }) => verdict === 'unstable',
  ).length
}

test('accuses nearly all queues that grow, and few that do not', () => {
  expect(unstable(1.25)).toBeGreaterThanOrEqual(99)
  expect(unstable(1.1)).toBeGreaterThanOrEqual(85)
  expect(unstable(0.6)).toBeLessThanOrEqual(5)
})

// ten rising blocks: 45 pairs rise, z = 44/sqrt 125 = 3.94; each request waits 7 ms longer than the one before
test('a wait that only rises is the strongest evidence', () => {
  const ttft = Array.from({ length: 300 }, (_, i) => 100 + 7 * i)
  expect(detectUnstableQueue({ ttft })).toEqual({
    verdict: 'unstable',
    p: expect.closeTo(4.15e-5, 6),
    growth: expect.closeTo(7, 9),
  })
})

test('filling up in the first third is no growth, and neither is a constant wait', () => {
  const ttft = Array.from({ length: 300 }, (_, i) => (i < 100 ? i : 100 + (i % 7)))
  expect(detectUnstableQueue({ ttft }).verdict).toBe('stable')
  expect(detectUnstableQueue({ ttft: ttft.map(() => 80) })).toEqual({ verdict: 'stable', p: 1, growth: 0 })
})

test('a hundred requests are too short to tell, and a run of failures tells nothing', () => {
  expect(detectUnstableQueue({ ttft: Array.from({ length: 100 }, (_, i) => i) })).toMatchObject({
    verdict: 'too-short',
    p: expect.closeTo(4.15e-5, 6),
  })
  const nothing = { verdict: 'too-short', p: null, growth: null }
  expect(detectUnstableQueue({ ttft: [] })).toEqual(nothing)
  expect(detectUnstableQueue({ ttft: Array.from({ length: 500 }, (_, i) => (i % 2 ? NaN : Infinity)) })).toEqual(
    nothing,
  )
})

test('requests that failed are left out', () => {
  const rising = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? Infinity : 100 + i))
  expect(detectUnstableQueue({ ttft: rising }).verdict).toBe('unstable')
})
