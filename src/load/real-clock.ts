import type { Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'
import { monotonicNow } from './monotonic.ts'
import { createTimerHeap, type Timer } from './timer-heap.ts'

/** `setTimeout` comes up to this much late on an idle machine, so it is asked to come this much early. */
const COARSE: Ms = 1.5

/** The rest is slept in hops of this length with the event loop in between, so that no socket waits longer for us. */
const HOP: Ms = 0.25

/** Above this `setTimeout` fires at once. */
const LONGEST_TIMEOUT: Ms = 2 ** 31 - 1

/**
 * Time since `zero` on the machine's monotonic clock, by default since the call: clocks of several threads with one zero show
 * the same time. One `setTimeout` serves all timers. It keeps the process alive.
 */
export function createRealClock(zero: Ms = monotonicNow()): Clock {
  const timers = createTimerHeap()
  let armedFor: Timer | null = null
  let disarm: (() => void) | null = null

  const now = (): Ms => monotonicNow() - zero

  const arm = (): void => {
    const next = timers.peek()
    if (next === armedFor) return
    disarm?.()
    armedFor = next
    if (next !== null) disarm = wake(next.time - now(), fireDue)
  }

  const fireDue = (): void => {
    const next = timers.peek()
    if (next !== null) {
      const left = next.time - now()
      if (left > COARSE + HOP) {
        disarm = wake(left, fireDue)
        return
      }
      if (left > 0) {
        sleep(Math.min(left, HOP))
        if (next.time > now()) {
          disarm = wake(0, fireDue)
          return
        }
      }
    }
    armedFor = null
    for (let due = timers.peek(); due !== null && due.time <= now(); due = timers.peek()) {
      timers.pop()
      const callback = due.callback!
      due.callback = null
      callback()
    }
    arm()
  }

  return {
    now,
    at(time, callback) {
      const timer = timers.add(time, callback)
      arm()
      return () => {
        timer.callback = null
        if (timer === armedFor) arm()
      }
    },
  }
}

/** Calls back about `COARSE` before `delay` is over, at once after a turn of the event loop if that is now. */
function wake(delay: Ms, callback: () => void): () => void {
  if (delay <= COARSE) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }
  const timeout = setTimeout(callback, Math.min(delay - COARSE, LONGEST_TIMEOUT))
  return () => clearTimeout(timeout)
}

const nobodyWakesThis = new Int32Array(new SharedArrayBuffer(4))

let slept: Ms = 0

/** What all clocks of this thread have slept so far: the event loop takes it for work. */
export function sleptMs(): Ms {
  return slept
}

function sleep(time: Ms): void {
  const before = monotonicNow()
  Atomics.wait(nobodyWakesThis, 0, 0, time)
  slept += monotonicNow() - before
}
