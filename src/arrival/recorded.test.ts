import { expect, test } from 'vitest'
import { recorded } from './recorded.ts'

const load = { requestRate: 1, seed: 0 }

test('a recording is moved so that its first request is at 0, and cut to the load', () => {
  expect(recorded([1000, 1250, 1250, 4000]).offsets({ ...load, count: 3 })).toEqual([0, 250, 250])
})

test('a load longer than the recording is refused with both sizes', () => {
  expect(() => recorded([0, 5]).offsets({ ...load, count: 3 })).toThrow(
    'The recording has 2 arrivals and the load asks for 3.',
  )
})

test('a time that goes back is refused by its place', () => {
  expect(() => recorded([0, 20, 10])).toThrow('Recorded arrival 2 is 10 after 20.')
})

test.each([NaN, Infinity, -Infinity])('a time of %d is refused', (time) => {
  expect(() => recorded([time])).toThrow(`Recorded arrival 0 is ${time}.`)
})
