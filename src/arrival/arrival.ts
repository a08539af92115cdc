import type { Ms } from '../base/units.ts'

/** When requests arrive: pure, the same offsets for the same seed. */
export interface Arrival {
  /** What a reader should see in a report: `poisson`, `gamma (burstiness 0.5)`, ... */
  readonly label: string
  /**
   * `count` ascending offsets in ms; the first request is due at 0. `requestRate` is per second; `Infinity` means all
   * at once. Let the mean gap be 1 / rate: of a schedule that is off by over 5 % the report has a doubt.
   * Throws BenchError `bad-load` on a rate that is not positive.
   */
  offsets(options: { readonly count: number; readonly requestRate: number; readonly seed: number }): Ms[]
}
