import type { CancelTimer, Clock } from '../clock.ts'
import type { Ms } from '../units.ts'
import type { Engine, EngineStats, TokenListener } from './engine.ts'
import type { EngineRequest } from './sequence.ts'

/** An engine that runs by itself on a clock. */
export interface DrivenEngine {
  submit(request: EngineRequest): void
  cancel(id: number): void
  stats(): EngineStats
  /** Runs no further iteration. */
  stop(): void
}

/**
 * Runs `engine` on `clock`.
 *
 * Each iteration ends at its start plus its duration and the next one starts at that very time, never at the time when
 * a late timer fired: lateness is caught up with instead of added up. `onIteration` is called when an iteration has ended
 * and its tokens are told.
 */
export function driveEngine(
  engine: Engine,
  clock: Clock,
  onToken: TokenListener,
  onIteration: () => void = () => {},
): DrivenEngine {
  let busy = false
  let isStopped = false
  let cancelTimer: CancelTimer | null = null

  const iterate = (start: Ms): void => {
    const end = engine.startIteration(start)
    busy = end !== null
    if (end === null) return sleep()
    cancelTimer = clock.at(end, () => {
      engine.endIteration(onToken)
      onIteration()
      if (!isStopped) iterate(end)
    })
  }

  const sleep = (): void => {
    cancelTimer?.()
    const wakeAt = engine.nextArrivalAt()
    if (wakeAt !== null) cancelTimer = clock.at(wakeAt, () => iterate(wakeAt))
  }

  return {
    submit: (request) => {
      engine.submit(request, clock.now())
      if (!busy) sleep()
    },
    cancel: engine.cancel,
    stats: engine.stats,
    stop: () => {
      cancelTimer?.()
      busy = true
      isStopped = true
    },
  }
}
