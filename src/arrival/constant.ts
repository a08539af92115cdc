import { takesNoOptions } from '../base/options.ts'
import type { Arrival } from './arrival.ts'
import { meanGap } from './mean-gap.ts'

/** A metronome: every gap is exactly 1 / rate. The seed plays no part. */
export function constant(...none: []): Arrival {
  takesNoOptions(none, { of: 'constant()', code: 'bad-load' })
  return {
    label: 'constant',
    offsets({ count, requestRate }) {
      const gap = meanGap(requestRate)
      return Array.from({ length: count }, (_, i) => i * gap)
    },
  }
}
