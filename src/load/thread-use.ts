import { performance } from 'node:perf_hooks'
import type { Clock } from '../base/clock.ts'
import { sleptMs } from './real-clock.ts'
import { isVirtualClock } from './virtual-clock.ts'

/**
 * Watches from now on; the call tells in which share of the time since then this thread was at work, 0 to 1: neither waiting for
 * the kernel nor sleeping until a request was due. Null in virtual time, which computes without a pause.
 */
export function watchThread(clock: Clock): () => number | null {
  if (isVirtualClock(clock)) return () => null
  const before = performance.eventLoopUtilization()
  const sleptBefore = sleptMs()
  return () => {
    const { idle, active } = performance.eventLoopUtilization(before)
    const working = active - (sleptMs() - sleptBefore)
    return active + idle === 0 ? 0 : Math.min(1, Math.max(0, working / (active + idle)))
  }
}
