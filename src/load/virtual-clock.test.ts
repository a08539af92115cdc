import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

test('callbacks fire by time, equal times in the order of the calls, cancelled ones never', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (asked) => {
      const clock = createVirtualClock()
      const fired: number[] = []
      asked.forEach(([time, cancelled], i) => {
        const cancel = clock.at(time, () => {
          expect(clock.now()).toBe(time)
          fired.push(i)
        })
        if (cancelled) cancel()
      })
      clock.run()
      const expected = asked
        .map(([time, cancelled], i) => ({ time, cancelled, i }))
        .filter(({ cancelled }) => !cancelled)
        .sort((a, b) => a.time - b.time || a.i - b.i)
      expect(fired).toEqual(expected.map(({ i }) => i))
    }),
  )
})

test('a callback may ask for another: a chain of 100 steps of 3 ms ends at 300', () => {
  const clock = createVirtualClock()
  let steps = 0
  const step = (): void => {
    if (++steps < 100) clock.at(clock.now() + 3, step)
  }
  clock.at(3, step)
  clock.run()
  expect(clock.now()).toBe(300)
})

test('a time that has passed fires at the present, after what was already due then', () => {
  const clock = createVirtualClock()
  const fired: string[] = []
  clock.at(10, () => {
    clock.at(2, () => fired.push(`late at ${clock.now()}`))
  })
  clock.at(10, () => fired.push('second'))
  clock.run()
  expect(fired).toEqual(['second', 'late at 10'])
})

test('a budget of callbacks and a condition both stop the clock where it is', () => {
  const clock = createVirtualClock()
  for (let i = 1; i <= 10; i++) clock.at(i, () => {})
  expect(clock.runFor(4)).toBe(4)
  expect(clock.now()).toBe(4)
  clock.run(() => clock.now() >= 7)
  expect(clock.now()).toBe(7)
})

test('time does not jump to a cancelled callback', () => {
  const clock = createVirtualClock()
  clock.at(1, () => {})
  clock.at(1000, () => {})()
  clock.run()
  expect(clock.now()).toBe(1)
})
