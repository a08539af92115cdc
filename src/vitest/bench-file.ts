import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { FALSE_FAIL_CHANCE } from '../baseline/decide-regressions.ts'
import type { Calibrations } from '../case/client-calibration.ts'
import { createGates, type Gates, type Origin } from '../case/gate-case.ts'
import { createKeyHosts } from '../case/key-hosts.ts'
import { createOneAtATime, type OneAtATime } from '../case/one-at-a-time.ts'
import { createMergeCheck } from '../case/resolve-target.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { createStableRates, type StableRates } from '../case/stable-rates.ts'
import { createRealClock } from '../load/real-clock.ts'
import { createFleet, type Fleet } from '../server/fleet.ts'
import type { Retry } from './refuse-retry.ts'
import { inherited } from './settings.ts'
import type { ServingMeta } from './types.ts'

/** Where a run came from: what a matcher must know beyond the run itself. */
export interface TestOrigin extends Origin {
  /** Of the test; travels to the reporters. */
  readonly meta: ServingMeta
  /** Of the test. */
  readonly retry: Retry
}

/** What the cases of one bench file share, in the worker that runs it. */
export interface BenchFile {
  /** The servers that it has launched; null before the first case that may need one. */
  fleet: Fleet | null
  readonly oneAtATime: OneAtATime
  /** Loads that are alike share one. */
  readonly calibrations: Calibrations
  readonly origins: WeakMap<ServingRun, TestOrigin>
  readonly gates: Gates
  readonly stableRates: StableRates
  readonly noteKeyHosts: ReturnType<typeof createKeyHosts>
  readonly checkMerged: ReturnType<typeof createMergeCheck>
  /** How many tests it has that decide its gates; the last one decides for all. */
  settlingTests: number
}

/** Of the worker: a load of the file before may still be ending, and would be measured with the first of this one. */
const oneAtATime = createOneAtATime()

let current: BenchFile | null = null

/** Begins a bench file: a worker that is not isolated runs several, one after the other. */
export function openBenchFile(): void {
  current = null
}

/** The bench file that this worker runs. */
export function benchFile(): BenchFile {
  current ??= {
    fleet: null,
    oneAtATime,
    calibrations: new Map(),
    origins: new WeakMap(),
    gates: createGates(),
    stableRates: createStableRates(),
    noteKeyHosts: createKeyHosts(),
    checkMerged: createMergeCheck(),
    settlingTests: 0,
  }
  return current
}

export function fleetOfThisFile(): Fleet {
  const file = benchFile()
  file.fleet ??= createFleet({
    clock: createRealClock(),
    env: inherited,
    cwd: process.cwd(),
    pid: process.pid,
    claimsFolder: join(tmpdir(), 'vitest-llm-bench-claims'),
    logFolder: inject('servingBench').logFolder,
    now: () => new Date().toISOString(),
  })
  return file.fleet
}

/**
 * The chance of a false failure that a decision in this bench file may take: the files of the run divide it. Noted, so that the
 * end of the run can say what was taken in all.
 */
export function shareOfChance(meta: ServingMeta): number {
  const share = FALSE_FAIL_CHANCE / inject('servingBenchFiles')
  meta.falseFailChance = (meta.falseFailChance ?? 0) + share
  return share
}
