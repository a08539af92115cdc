import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import type { RequestRecord } from '../record.ts'
import { failedRecord, madeUpRecord, recordWithTtft } from '../metrics/records.testkit.ts'
import { saturation } from './saturation.ts'

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed)

/** How many of 50 runs of 1000 requests are called saturated, at a share of the capacity. */
function accused(load: number): number {
  return SEEDS.filter((seed) => saturation(oneServer({ load, seed })).saturated === 'yes').length
}

test('hardly ever accuses a server with room to spare', () => {
  expect(accused(0.3)).toBe(0)
  expect(accused(0.6)).toBe(0)
})

test('rarely accuses a server at 90 % of its capacity', () => {
  expect(accused(0.9)).toBeLessThanOrEqual(2)
})

test('always finds a rate of 125 % of the capacity', () => {
  expect(accused(1.25)).toBe(50)
})

// offered 8 where 4.9 can be served: 1 - 4.9/8 = 39 % of the arrivals pile up
test('finds vLLM at 8 requests/s with a capacity of 4.9, and says how much piles up', () => {
  const { saturated, growth, message } = saturation(oneServer({ load: 8 / 4.9, seed: 1, count: 800 }))
  expect(saturated).toBe('yes')
  expect(growth).toBeCloseTo(1 - 4.9 / 8, 1)
  expect(message).toMatch(
    /^The queue grew all through the run \(p = .* of no trend, 4\d\.\d % of the arrivals pile up\)\.$/,
  )
})

// A wait of 70 ms that became 4.07 s over the first 200 requests and stays: no trend after a third, yet 4 s of queue.
// In the beginning the luckiest tenth of 50 requests waits up to rank 4.9: 70 + 4.9 * 20 = 168 ms; 4070 / 168 = 24.
test('finds a queue that grew early and then stood', () => {
  const records = Array.from({ length: 500 }, (_, i) => recordWithTtft(70 + Math.min(i, 200) * 20, i * 200))
  const { saturated, message } = saturation(records)
  expect(saturated).toBe('yes')
  expect(message).toBe(
    'In the last third of the run half of the requests waited over 4.07 s for their first output, ' +
      '24 times as long as in the beginning (0.168 s).',
  )
})

test('requests given up with a time-out are waits, refused connections are not', () => {
  const timedOut = { outcome: { status: 'failed', kind: 'first-byte-timeout', message: '' } } as const
  const overloaded = Array.from({ length: 300 }, (_, i) => {
    const dueAt = i * 100
    return i < 30 ? recordWithTtft(200, dueAt) : failedRecord({ dueAt, endedAt: dueAt + 60_000, ...timedOut })
  })
  expect(saturation(overloaded).saturated).toBe('yes')
  expect(saturation(Array.from({ length: 300 }, (_, i) => failedRecord({ dueAt: i * 100 })))).toEqual({
    saturated: 'too-short',
    p: null,
    growth: null,
    message: '0 requests show a wait, and it takes 60 to see a queue grow.',
  })
})

test('does not acquit a run that is too short to show a queue', () => {
  expect(saturation([]).saturated).toBe('too-short')
  expect(saturation(Array.from({ length: 100 }, () => madeUpRecord())).message).toMatch(
    'All 100 requests were due at once',
  )
  // 100 arrivals in 10 s, answers of 2 s: five answers long
  const short = Array.from({ length: 100 }, (_, i) => recordWithTtft(2000 + (i % 3), i * 100))
  expect(saturation(short)).toMatchObject({
    saturated: 'too-short',
    message: expect.stringContaining('9.90 s, too short'),
  })
})

/** Poisson arrivals at one server that takes 200 ms for each request, first come, first served (M/D/1). */
function oneServer({ load, seed, count = 1000 }: { load: number; seed: number; count?: number }): RequestRecord[] {
  const service = 200
  const random = createRandom(seed, 'arrivals')
  let dueAt = 0
  let free = 0
  return Array.from({ length: count }, () => {
    dueAt += (-Math.log(1 - random.next()) * service) / load
    free = Math.max(free, dueAt) + service
    return recordWithTtft(free - dueAt, dueAt)
  })
}
