import { MS_PER_SECOND, type Ms } from '../base/units.ts'

/** A time in words, to a tenth of a second: `12.5 s`. */
export function seconds(ms: Ms): string {
  return `${(ms / MS_PER_SECOND).toFixed(1)} s`
}
