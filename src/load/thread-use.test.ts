import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRealClock } from './real-clock.ts'
import { watchThread } from './thread-use.ts'
import { createVirtualClock } from './virtual-clock.ts'

const clock = createRealClock()

test('a thread that computes is at work, one that waits is not', async () => {
  const computing = watchThread(clock)
  const until = performance.now() + 50
  while (performance.now() < until);
  await setTimeout(0)
  const waiting = watchThread(clock)
  const working = computing()
  await setTimeout(50)
  expect(waiting()).toBeLessThan(working!)
})

test('sleeping until something is due is no work, though the event loop takes it for work', async () => {
  await setTimeout(0)
  const use = watchThread(clock)
  const before = performance.eventLoopUtilization()
  // The clock sleeps through most of the last 1.5 ms before each.
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => void clock.at(clock.now() + 1.4, resolve))
  expect(use()).toBeLessThan(performance.eventLoopUtilization(before).utilization)
})

test('virtual time has no thread to watch', () => {
  expect(watchThread(createVirtualClock())()).toBeNull()
})
