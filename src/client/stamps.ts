import type { Ms } from '../units.ts'

/** A list of times without an object for each. */
export interface Stamps {
  /** The latest; null when there is none. */
  last(): Ms | null
  push(time: Ms): void
  /** Nothing is pushed after that. */
  toArray(): Float64Array
}

/** `expected` is how many there will probably be: room for them is made now, for more by doubling. */
export function createStamps(expected: number): Stamps {
  let stamps = new Float64Array(Math.max(16, Math.min(expected, 65_536)))
  let count = 0
  return {
    last: () => (count === 0 ? null : stamps[count - 1]!),
    push(time) {
      if (count === stamps.length) {
        const grown = new Float64Array(2 * count)
        grown.set(stamps)
        stamps = grown
      }
      stamps[count++] = time
    },
    toArray: () => (count === stamps.length ? stamps : stamps.slice(0, count)),
  }
}
