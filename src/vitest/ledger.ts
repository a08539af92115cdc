import type { RunnerTestFile } from 'vitest'
import type { Target } from '../frameworks/target.ts'
import type { Verdict, Warning } from '../report.ts'
import { queueOf } from '../case/growing-queue.ts'
import { judgedLine } from './judged-line.ts'
import type { Retry } from './refuse-retry.ts'
import type { ServingCase } from '../case/run-case.ts'
import type { ServingRun } from '../case/serving-run.ts'
import type { ServingMeta } from './types.ts'

/** Where a run came from: what a matcher must know beyond the run itself. */
export interface Provenance {
  /** The bench file. */
  readonly file: RunnerTestFile
  /** Of the test; travels to the reporters. */
  readonly meta: ServingMeta
  /** The target as the author gave it: the titles of the test hold its label. */
  readonly titled: Target
  /** What was run, so that more of it can be. */
  readonly serving: ServingCase
  /** Of the test. */
  readonly retry: Retry
}

const provenances = new WeakMap<ServingRun, Provenance>()

/** By bench file and target. */
const stableRates = new Map<string, number>()

/** Remembers a finished run, so that matchers can find its file and what the same target did before. */
export function enter(run: ServingRun, provenance: Provenance): void {
  provenances.set(run, provenance)
  const { requestRate } = run.report.load
  const key = targetKey(run)
  if (requestRate !== null && key !== null && queueOf(run).state === 'stable') {
    stableRates.set(key, Math.max(requestRate, stableRates.get(key) ?? 0))
  }
}

/** The highest rate at which this target's queue was seen not to grow, among the cases of this file so far; null when none. */
export function highestStableRate(run: ServingRun): number | null {
  const key = targetKey(run)
  return key === null ? null : (stableRates.get(key) ?? null)
}

function targetKey(run: ServingRun): string | null {
  const file = provenances.get(run)?.file.filepath
  return file === undefined ? null : JSON.stringify([file, run.report.target])
}

export function provenanceOf(run: ServingRun): Provenance | undefined {
  return provenances.get(run)
}

/** Writes verdicts into the report that travels to the reporters. A repeated objective replaces its earlier verdict. */
export function recordVerdicts(run: ServingRun, verdicts: readonly Verdict[]): void {
  const { report } = run
  const isNew = (old: Verdict): boolean =>
    !verdicts.some(({ kind, objective }) => kind === old.kind && objective === old.objective)
  report.verdicts = [...report.verdicts.filter(isNew), ...verdicts]
}

/** Adds doubts to those that the report has already. */
export function recordWarnings({ report }: ServingRun, warnings: readonly Warning[]): void {
  const known = new Set(report.validity.warnings.map(({ message }) => message))
  report.validity.warnings.push(...warnings.filter(({ message }) => !known.has(message)))
}

/** Notes that a failure is told by the report's verdicts, so that reporters do not list it as something else. */
export function noteJudged(run: ServingRun, message: string): void {
  const meta = provenances.get(run)?.meta
  if (meta !== undefined) meta.judged = [...(meta.judged ?? []), judgedLine(message)]
}
