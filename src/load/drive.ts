import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { isVirtualClock } from './virtual-clock.ts'

/** Callbacks between two looks at the outside world in virtual time: a few milliseconds' worth. */
const SLICE = 4096

/**
 * Calls `start` and resolves once it, or anything it set going on the clock, has called `finish`.
 *
 * A virtual clock is turned until then, in slices, so that signals, timers and a terminal get their turn.
 */
export async function drive(clock: Clock, start: (finish: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let finished = false
  const isFinished = (): boolean => finished
  start(() => {
    finished = true
    resolve()
  })
  if (isVirtualClock(clock)) {
    while (!isFinished()) {
      if (clock.runFor(SLICE, isFinished) === 0) throw new Error('virtual time has stopped: no timer is left')
      await setImmediate()
    }
  }
  await promise
}
