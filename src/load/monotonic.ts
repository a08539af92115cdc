import type { Ms } from '../base/units.ts'

const TRIES = 25

/** `performance.now()` counts from the start of its own process or thread. */
const offset: Ms = measureOffset()

/**
 * The machine's monotonic clock (CLOCK_MONOTONIC), the same in every process and thread: two of them can compare what they
 * stamped. As cheap as `performance.now()`, where `process.hrtime` makes an object at each call.
 */
export function monotonicNow(): Ms {
  return performance.now() + offset
}

/** From the try with the least time between two looks at the clock: this thread may be suspended in the middle of one. */
function measureOffset(): Ms {
  let best = { width: Infinity, offset: 0 }
  for (let i = 0; i < TRIES; i++) {
    const before = hrtime()
    const now = performance.now()
    const after = hrtime()
    if (after - before < best.width) best = { width: after - before, offset: (before + after) / 2 - now }
  }
  return best.offset
}

function hrtime(): Ms {
  return Number(process.hrtime.bigint()) / 1e6
}
