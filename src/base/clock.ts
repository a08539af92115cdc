import type { Ms } from './units.ts'

/** Takes back a callback that has not fired yet; harmless afterwards. */
export type CancelTimer = () => void

/**
 * The one source of time of a load run. Real or virtual, so nothing that is timed may ask anything else.
 *
 * Everything that is timed is written with callbacks, never with promises: in virtual time the clock jumps to the next
 * callback as soon as the last one has returned, and a pending microtask would be overtaken.
 */
export interface Clock {
  /** Fractional ms on one monotonic axis whose zero is the clock's own. */
  now(): Ms
  /** Calls back once at `time`, or as soon as possible if that has passed. Equal times fire in the order of the calls. */
  at(time: Ms, callback: () => void): CancelTimer
}
