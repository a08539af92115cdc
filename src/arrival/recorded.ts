import { BenchError } from '../base/errors.ts'
import { kindOf } from '../base/options.ts'
import type { Ms } from '../base/units.ts'
import type { Arrival } from './arrival.ts'

/**
 * Arrivals that were recorded elsewhere, in ms from any origin; they are moved so that the first is at 0. Rate and seed
 * play no part, and a load takes the first `count`.
 *
 * Throws BenchError `bad-load` on an offset that is not finite or goes back in time, and on a load longer than the
 * recording.
 */
export function recorded(recordedAt: readonly Ms[]): Arrival {
  if (!Array.isArray(recordedAt)) {
    throw new BenchError(`recorded() takes an array of times, and was given ${kindOf(recordedAt)}.`, {
      code: 'bad-load',
      remedy: 'Write for instance recorded([0, 250, 1100]): times in ms.',
    })
  }
  recordedAt.forEach((time, i) => {
    if (Number.isFinite(time) && (i === 0 || time >= recordedAt[i - 1]!)) return
    throw new BenchError(`Recorded arrival ${i} is ${time}${i === 0 ? '' : ` after ${recordedAt[i - 1]}`}.`, {
      code: 'bad-load',
      remedy: 'Give finite times in ms in ascending order.',
    })
  })
  return {
    label: 'recorded',
    offsets({ count }) {
      if (recordedAt.length < count) {
        throw new BenchError(`The recording has ${recordedAt.length} arrivals and the load asks for ${count}.`, {
          code: 'bad-load',
          remedy: 'Record more, or ask for fewer requests.',
        })
      }
      return recordedAt.slice(0, count).map((time) => time - recordedAt[0]!)
    },
  }
}
