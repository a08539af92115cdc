import { createMergeCheck } from '../case/resolve-target.ts'
import { createKeyHosts } from '../case/key-hosts.ts'
import type { Calibrations } from '../case/client-calibration.ts'
import type { Fleet } from '../server/fleet.ts'

/** What the cases of one bench file share, in the worker that runs it. */
interface BenchFile {
  /** Loads that are alike share one. */
  readonly calibrations: Calibrations
  readonly checkMerged: ReturnType<typeof createMergeCheck>
  readonly noteKeyHosts: ReturnType<typeof createKeyHosts>
  /** Its launched servers; null until a case needs one. */
  fleet: Fleet | null
  /** How many tests it has that decide its gates; the last one decides for all. */
  settlingTests: number
}

let current: BenchFile | null = null

/** Begins a bench file: a worker that is not isolated runs several, one after the other. */
export function openBenchFile(): void {
  current = null
}

/** The bench file that this worker runs. */
export function benchFile(): BenchFile {
  current ??= {
    calibrations: new Map(),
    checkMerged: createMergeCheck(),
    noteKeyHosts: createKeyHosts(),
    fleet: null,
    settlingTests: 0,
  }
  return current
}
