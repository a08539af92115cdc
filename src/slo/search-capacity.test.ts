import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { searchCapacity, type RateVerdict } from './search-capacity.ts'

/** A server that holds up to `capacity`, breaks above `broken`, and lets nobody tell in between. */
function server(capacity: number, broken = capacity): (rate: number) => Promise<RateVerdict> {
  return async (rate) => (rate <= capacity ? 'pass' : rate > broken ? 'fail' : 'inconclusive')
}

const options = { from: 1, to: 64, resolution: 0.1 }

describe('searchCapacity', () => {
  test('doubles until a rate fails, then bisects: 5.5 lies between 5.34 and 5.66', async () => {
    const found = await searchCapacity(options, server(5.5))
    // 1, 2, 4 pass and 8 fails; sqrt(4 * 8) = 5.66 fails, sqrt(4 * 5.66) = 4.76 passes, sqrt(4.76 * 5.66) = 5.19 passes.
    expect(found.tried.map(({ rate }) => rate)).toEqual([1, 2, 4, 8, 5.66, 4.76, 5.19])
    expect(found).toMatchObject({ highestPass: 5.19, lowestFail: 5.66 })
  })

  test('goes down where the first rate does not hold', async () => {
    const found = await searchCapacity({ ...options, from: 8 }, server(1.5))
    expect(found.tried.slice(0, 4).map(({ rate }) => rate)).toEqual([8, 4, 2, 1])
    // Then 1.41 passes, 1.68 and 1.54 fail: 1.54 / 1.41 = 1.09.
    expect(found).toMatchObject({ highestPass: 1.41, lowestFail: 1.54 })
  })

  test('stops at the highest rate that it may try', async () => {
    const found = await searchCapacity({ ...options, to: 10 }, server(1000))
    expect(found).toMatchObject({ highestPass: 10, lowestFail: null })
    expect(found.tried.at(-1)).toEqual({ rate: 10, verdict: 'pass' })
  })

  test('a server that holds no rate has no capacity', async () => {
    const found = await searchCapacity(options, server(0))
    expect(found.highestPass).toBeNull()
    expect(found.lowestFail).toBe(0.0156)
  })

  test('where nobody can tell, the interval is as wide as what is not known, and each end as narrow as asked for', async () => {
    const { highestPass, lowestFail } = await searchCapacity(options, server(5, 7))
    expect(highestPass).toBeGreaterThan(5 / 1.1)
    expect(highestPass).toBeLessThanOrEqual(5)
    expect(lowestFail).toBeGreaterThan(7)
    expect(lowestFail).toBeLessThan(7 * 1.11)
  })

  test('a rate that could not be settled bounds nothing: the search goes on above it', async () => {
    // Of 0.9 requests/s the sample shows nothing by bad luck; the server holds 3.5.
    const { highestPass, lowestFail, tried } = await searchCapacity({ ...options, from: 0.9 }, async (rate) =>
      rate === 0.9 ? 'inconclusive' : rate <= 3.5 ? 'pass' : 'fail',
    )
    expect(tried.slice(0, 4).map(({ rate }) => rate)).toEqual([0.9, 1.8, 3.6, 2.55])
    expect(highestPass).toBeGreaterThan(3.5 / 1.11)
    expect(lowestFail).toBe(3.6)
  })

  test('does not go down for ever where the requests show nothing at all', async () => {
    const { highestPass, lowestFail, tried } = await searchCapacity({ ...options, to: 4 }, server(0, 100))
    expect({ highestPass, lowestFail }).toEqual({ highestPass: null, lowestFail: null })
    expect(tried.map(({ rate }) => rate)).toEqual([1, 2, 4, 0.5])
  })

  test('whatever the capacity, it lies in the interval, which is as narrow as asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.05, max: 60, noNaN: true }),
        fc.double({ min: 0.5, max: 32, noNaN: true }),
        async (capacity, from) => {
          const { highestPass, lowestFail, tried } = await searchCapacity(
            { from, to: 64, resolution: 0.1 },
            server(capacity),
          )
          if (highestPass === null) {
            expect(capacity).toBeLessThan(from / 32)
            return
          }
          expect(highestPass).toBeLessThanOrEqual(capacity)
          if (lowestFail !== null) {
            expect(lowestFail).toBeGreaterThan(capacity)
            expect(lowestFail / highestPass).toBeLessThanOrEqual(1.11)
          }
          expect(tried.length).toBeLessThan(20)
        },
      ),
    )
  })
})
