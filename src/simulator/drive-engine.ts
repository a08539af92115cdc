import type { CancelTimer, Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'
import type { Engine, EngineStats, Submitted, TokenListener } from './engine.ts'
import type { EngineRequest } from './sequence.ts'

/** An engine that runs by itself on a clock. */
export interface DrivenEngine {
  submit(request: EngineRequest): Submitted
  cancel(id: number): void
  stats(): EngineStats
  resetPrefixCache(): boolean
  /** Runs no further iteration. */
  stop(): void
}

/** Hears of what is not a token. */
export interface EngineListener {
  /** An iteration has ended, and its tokens are told. */
  readonly onIteration?: () => void
  /** The engine ran out of memory: there will be no further token. */
  readonly onDeath?: () => void
}

/**
 * Runs `engine` on `clock`.
 *
 * Each iteration ends at its start plus its duration and the next one starts at that very time, never at the time when
 * a late timer fired: lateness is caught up with instead of added up.
 */
export function driveEngine(
  engine: Engine,
  clock: Clock,
  onToken: TokenListener,
  { onIteration, onDeath }: EngineListener = {},
): DrivenEngine {
  let busy = false
  let isStopped = false
  let cancelTimer: CancelTimer | null = null

  const iterate = (start: Ms): void => {
    const end = engine.startIteration(start)
    busy = end !== null
    if (end === null) {
      if (engine.stats().dead) return onDeath?.()
      return sleep()
    }
    cancelTimer = clock.at(end, () => {
      engine.endIteration(onToken)
      onIteration?.()
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
      const submitted = engine.submit(request, clock.now())
      if (!busy) sleep()
      return submitted
    },
    cancel: engine.cancel,
    stats: engine.stats,
    resetPrefixCache: engine.resetPrefixCache,
    stop: () => {
      cancelTimer?.()
      busy = true
      isStopped = true
    },
  }
}
