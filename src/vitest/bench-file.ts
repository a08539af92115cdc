import { inject } from 'vitest'
import { FALSE_FAIL_CHANCE } from '../baseline/decide-regressions.ts'
import type { PerSecond } from '../base/units.ts'
import { createGates, type Gates, type Origin } from '../case/gate-case.ts'
import { queueOf } from '../case/growing-queue.ts'
import type { ServingRun } from '../case/serving-run.ts'
import type { Retry } from './refuse-retry.ts'
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
  readonly origins: WeakMap<ServingRun, TestOrigin>
  readonly gates: Gates
  /** The highest rate at which the queue of a target was seen not to grow, by the facts of the target. */
  readonly stableRates: Map<string, PerSecond>
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
  current ??= { origins: new WeakMap(), gates: createGates(), stableRates: new Map(), settlingTests: 0 }
  return current
}

/** Remembers at which rate the queue of a target was stable, for the words about one that was not. */
export function noteStableRate(run: ServingRun): void {
  const { requestRate } = run.report.load
  if (requestRate === null || queueOf(run).state !== 'stable') return
  const { stableRates } = benchFile()
  const key = JSON.stringify(run.report.target)
  stableRates.set(key, Math.max(requestRate, stableRates.get(key) ?? 0))
}

/** The highest rate at which this target's queue was seen not to grow, among the cases of this file so far; null when none. */
export function highestStableRate({ report }: ServingRun): PerSecond | null {
  return benchFile().stableRates.get(JSON.stringify(report.target)) ?? null
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
