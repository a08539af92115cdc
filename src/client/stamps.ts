import type { Ms } from '../base/units.ts'

/** A list of times without an object for each. */
export class Stamps {
  count = 0
  #times: Float64Array

  /** `expected` is how many there will probably be: room for them is made now, for more by doubling. */
  constructor(expected: number) {
    this.#times = new Float64Array(Math.max(16, Math.min(expected, 65_536)))
  }

  push(time: Ms): void {
    if (this.count === this.#times.length) {
      const grown = new Float64Array(2 * this.count)
      grown.set(this.#times)
      this.#times = grown
    }
    this.#times[this.count++] = time
  }

  /** The latest; null when there is none. */
  last(): Ms | null {
    return this.count === 0 ? null : this.#times[this.count - 1]!
  }

  /** Nothing is pushed after that. */
  toArray(): Float64Array {
    return this.count === this.#times.length ? this.#times : this.#times.slice(0, this.count)
  }
}
