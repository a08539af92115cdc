import type { Clock } from '../base/clock.ts'

/** A clock on which time passes `speed` times as fast as on `clock`. */
export function fastClock(clock: Clock, speed: number): Clock {
  return {
    now: () => clock.now() * speed,
    at: (time, callback) => clock.at(time / speed, callback),
  }
}
