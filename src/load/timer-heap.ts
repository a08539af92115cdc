import type { Ms } from '../base/units.ts'

export interface Timer {
  readonly time: Ms
  readonly sequence: number
  /** Null once fired or cancelled. */
  callback: (() => void) | null
}

/** Timers in the order in which they fire: by time, then by the order in which they were added. */
export interface TimerHeap {
  add(time: Ms, callback: () => void): Timer
  /** The next timer that is not cancelled; null when there is none. */
  peek(): Timer | null
  /** Takes the timer that `peek` shows. */
  pop(): Timer | null
}

/** A binary heap. A cancelled timer (`callback` null) stays in it until it comes to the top, and is dropped there. */
export function createTimerHeap(): TimerHeap {
  const heap: Timer[] = []
  let added = 0

  const peek = (): Timer | null => {
    while (heap[0]?.callback === null) takeTop(heap)
    return heap[0] ?? null
  }
  return {
    add(time, callback) {
      const timer: Timer = { time, sequence: added++, callback }
      siftUp(heap, timer)
      return timer
    },
    peek,
    pop() {
      const top = peek()
      if (top !== null) takeTop(heap)
      return top
    },
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence)
}

function siftUp(heap: Timer[], timer: Timer): void {
  let at = heap.length
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent]!
    if (isBefore(above, timer)) break
    heap[at] = above
    at = parent
  }
  heap[at] = timer
}

function takeTop(heap: Timer[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (isBefore(last, heap[child]!)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
