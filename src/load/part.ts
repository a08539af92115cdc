import type { Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'

/**
 * The part of a load that one of several threads sends: every `of`-th request of the schedule, from number `first` on, so that
 * all parts together are the schedule.
 */
export interface Part {
  readonly first: number
  readonly of: number
  /** Requests of all parts that have ended: with it a limit of concurrency holds over all threads. */
  readonly ended: EndedCount
  /** Called once, when this part is ready to send: when the first request of the whole load is due. */
  start(): Promise<Ms>
}

export interface EndedCount {
  value(): number
  add(): void
  /** Calls back once it is more than `seen` by what another thread has added. One call waits at a time: others are dropped. */
  whenMore(seen: number, callback: () => void): void
}

/** From the start to the first due time, so that the first request is no later than the others. */
export const LEAD: Ms = 20

/** The whole load as one part. */
export function wholeLoad(clock: Clock): Part {
  let ended = 0
  return {
    first: 0,
    of: 1,
    ended: {
      value: () => ended,
      add: () => void ended++,
      whenMore: () => {},
    },
    start: async () => clock.now() + LEAD,
  }
}

/** What of `all`, in schedule order, belongs to a part. */
export function partOf<T>(all: readonly T[], { first, of }: Pick<Part, 'first' | 'of'>): T[] {
  return all.filter((_, index) => index % of === first)
}

/** Counts in one cell that all threads share. */
export function sharedCount(cell: Int32Array<SharedArrayBuffer>): EndedCount {
  let isWaiting = false
  return {
    value: () => Atomics.load(cell, 0),
    add() {
      Atomics.add(cell, 0, 1)
      Atomics.notify(cell, 0)
    },
    whenMore(seen, callback) {
      if (isWaiting) return
      isWaiting = true
      const { value } = Atomics.waitAsync(cell, 0, seen)
      void (async () => {
        await value
        isWaiting = false
        callback()
      })()
    },
  }
}
