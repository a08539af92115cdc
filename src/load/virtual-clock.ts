import type { Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'
import { createTimerHeap } from './timer-heap.ts'

/** Time that passes only when somebody turns the handle: from callback to callback, with nothing in between. */
export interface VirtualClock extends Clock {
  /** Fires callbacks in order, on the caller's stack, until `isDone` says so after one of them or none is left. */
  run(isDone?: () => boolean): void
  /** The same for at most `limit` callbacks; returns how many fired. */
  runFor(limit: number, isDone?: () => boolean): number
}

/** A clock that stands at 0. */
export function createVirtualClock(): VirtualClock {
  const timers = createTimerHeap()
  let now: Ms = 0

  const runFor = (limit: number, isDone: () => boolean = never): number => {
    let fired = 0
    while (fired < limit && !isDone()) {
      const timer = timers.pop()
      if (timer === null) break
      now = timer.time
      fired++
      const callback = timer.callback!
      timer.callback = null
      callback()
    }
    return fired
  }
  return {
    now: () => now,
    at(time, callback) {
      const timer = timers.add(Math.max(time, now), callback)
      return () => {
        timer.callback = null
      }
    },
    run(isDone) {
      runFor(Infinity, isDone)
    },
    runFor,
  }
}

/** Tells whether somebody has to turn the handle of this clock. */
export function isVirtualClock(clock: Clock): clock is VirtualClock {
  return 'runFor' in clock
}

function never(): boolean {
  return false
}
