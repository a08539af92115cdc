import { expect, test } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import type { Ms } from '../base/units.ts'
import { driveEngine } from './drive-engine.ts'
import { createEngine } from './engine.ts'
import { vllmBase } from './profiles/vllm.ts'

/** Times of 100 tokens on a clock whose timers fire `late` ms late. */
function tokenTimes(late: Ms): Ms[] {
  const virtual = createVirtualClock()
  const clock: Clock = {
    now: virtual.now,
    at: (time, callback) => virtual.at(Math.max(time, virtual.now()) + late, callback),
  }
  const times: Ms[] = []
  const engine = driveEngine(createEngine(vllmBase, 0), clock, () => times.push(virtual.now()))
  engine.submit({ id: 1, promptTokens: 10, maxTokens: 100 })
  virtual.run()
  return times
}

test('timers that fire 5 ms late make every token 5 ms late, and do not add up', () => {
  const onTime = tokenTimes(0)
  const lateness = tokenTimes(5).map((time, i) => time - onTime[i]!)
  expect(onTime.length).toBe(100)
  for (const late of lateness) expect(late).toBeCloseTo(5, 6)
})

test('a stopped engine runs no further iteration', () => {
  const clock = createVirtualClock()
  let tokens = 0
  const engine = driveEngine(createEngine(vllmBase, 0), clock, () => tokens++)
  engine.submit({ id: 1, promptTokens: 10, maxTokens: 100 })
  clock.run(() => tokens === 3)
  engine.stop()
  engine.submit({ id: 2, promptTokens: 10, maxTokens: 100 })
  clock.run()
  expect(tokens).toBe(3)
})
