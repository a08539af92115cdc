import { createVirtualClock } from '../load/virtual-clock.ts'
import type { Ms } from '../base/units.ts'
import { driveEngine } from './drive-engine.ts'
import { createEngine, type EngineStats, type FinishReason } from './engine.ts'
import type { EngineProfile } from './profile.ts'
import type { EngineRequest } from './sequence.ts'

export interface Submission extends Omit<EngineRequest, 'id'> {
  readonly at: Ms
  /** The client goes away this long after the submission. */
  readonly cancelAfter?: Ms
}

export interface Told {
  readonly tokenAt: Ms[]
  finish: FinishReason | null
}

/** Runs submissions (ids are their positions) to the end in virtual time, and watches the engine at every token. */
export function runEngine(
  profile: EngineProfile,
  submissions: readonly Submission[],
): { told: Told[]; stats: EngineStats; mostRunning: number; leastKvUsage: number; mostKvUsage: number } {
  const clock = createVirtualClock()
  const told = submissions.map((): Told => ({ tokenAt: [], finish: null }))
  const watched = { mostRunning: 0, leastKvUsage: 0, mostKvUsage: 0 }
  const engine = driveEngine(createEngine(profile, 0), clock, (id, finish) => {
    told[id]!.tokenAt.push(clock.now())
    told[id]!.finish = finish
    const { running, kvUsage } = engine.stats()
    watched.mostRunning = Math.max(watched.mostRunning, running)
    watched.leastKvUsage = Math.min(watched.leastKvUsage, kvUsage)
    watched.mostKvUsage = Math.max(watched.mostKvUsage, kvUsage)
  })
  for (const [id, { at, cancelAfter, ...request }] of submissions.entries()) {
    clock.at(at, () => engine.submit({ id, ...request }))
    if (cancelAfter !== undefined) clock.at(at + cancelAfter, () => engine.cancel(id))
  }
  clock.run()
  return { told, stats: engine.stats(), ...watched }
}
