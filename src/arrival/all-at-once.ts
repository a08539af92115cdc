import { takesNoOptions } from '../base/options.ts'
import type { Arrival } from './arrival.ts'

/** Every request is due at 0: what a rate of `Infinity` means to every arrival. Rate and seed play no part. */
export function allAtOnce(...none: []): Arrival {
  takesNoOptions(none, { of: 'allAtOnce()', code: 'bad-load' })
  return { label: 'all at once', offsets: ({ count }) => Array.from({ length: count }, () => 0) }
}
