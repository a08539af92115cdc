import { expect, test } from 'vitest'
import { createRealClock } from './real-clock.ts'

test('callbacks come in order, none before its time, and equal times in the order of the calls', async () => {
  const clock = createRealClock()
  const fired: string[] = []
  const early: number[] = []
  await new Promise<void>((resolve) => {
    const start = clock.now()
    for (const [name, time] of Object.entries({ late: 12, early: 3, twin: 12, immediate: -5 })) {
      clock.at(start + time, () => {
        fired.push(name)
        if (clock.now() < start + time) early.push(time)
        if (fired.length === 4) resolve()
      })
    }
  })
  expect(fired).toEqual(['immediate', 'early', 'late', 'twin'])
  expect(early).toEqual([])
})

test('a cancelled callback never comes, and the one behind it still does', async () => {
  const clock = createRealClock()
  const fired: string[] = []
  await new Promise<void>((resolve) => {
    const cancel = clock.at(clock.now() + 2, () => fired.push('cancelled'))
    clock.at(clock.now() + 5, () => {
      fired.push('kept')
      resolve()
    })
    cancel()
  })
  expect(fired).toEqual(['kept'])
})

test('a time further away than setTimeout can count does not fire at once', async () => {
  const clock = createRealClock()
  let fired = false
  const cancel = clock.at(clock.now() + 2 ** 40, () => {
    fired = true
  })
  await new Promise<void>((resolve) => {
    clock.at(clock.now() + 5, resolve)
  })
  cancel()
  expect(fired).toBe(false)
})
