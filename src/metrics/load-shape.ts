import type { LoadShape } from '../load/load-generator.ts'
import type { RequestRecord } from '../record.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../base/units.ts'
import { peakConcurrencyOf } from './peak-concurrency.ts'

/** Each value is rounded up to the next of so many steps between it and its double: loads that are alike share one shape. */
const STEPS = 4

/**
 * What the client had to do when it had most to do: streams open at once, and events and sendings in the busiest second. Null
 * when nothing came.
 */
export function loadShapeOf(records: readonly RequestRecord[]): LoadShape | null {
  const outputs = records.map(({ outputAt }) => outputAt)
  const eventsPerSecond = busiestSecond(outputs)
  if (eventsPerSecond === 0) return null
  const sendings = records.flatMap(({ sentAt }) => sentAt ?? [])
  return {
    streams: Math.ceil(roundedUp(peakConcurrencyOf(records))),
    eventsPerSecond: roundedUp(eventsPerSecond),
    requestsPerSecond: roundedUp(busiestSecond([sendings])),
  }
}

/** The most moments in one second, counted from the first moment on. */
function busiestSecond(lists: readonly ArrayLike<Ms>[]): PerSecond {
  let first = Infinity
  for (const moments of lists) first = Math.min(first, moments[0] ?? Infinity)
  const counts: number[] = []
  for (const moments of lists) {
    for (let i = 0; i < moments.length; i++) {
      const second = Math.floor((moments[i]! - first) / MS_PER_SECOND)
      counts[second] = (counts[second] ?? 0) + 1
    }
  }
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

function roundedUp(value: number): number {
  return 2 ** (Math.ceil(Math.log2(value) * STEPS) / STEPS)
}
