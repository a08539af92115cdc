import { basename, dirname, join } from 'node:path'
import { readBaseline, type Baseline } from '../baseline/baseline-file.ts'
import { baselineOf, pairWithBaseline } from '../baseline/compare-baseline.ts'
import { WAITING_VERDICT } from '../baseline/gate-verdict.ts'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { checkPairs, type TrialPairs } from '../baseline/trial.ts'
import { BenchError } from '../errors.ts'
import type { Verdict, Warning } from '../report.ts'
import { runLabel } from '../slo/format-verdicts.ts'
import { hardwareFromEnvironment } from './environment.ts'
import type { Provenance } from './ledger.ts'
import type { ServingBenchContext, ServingRun } from './types.ts'

/** A case whose regression gates are decided at the end of its file. */
export interface GatedCase {
  readonly run: ServingRun
  readonly origin: Provenance
  /** Of its baseline. */
  readonly path: string
  /** That it ran on. */
  readonly hardware: string
  /** What its further trials raise; added to while the end of the file runs them. */
  readonly doubts: Warning[]
  /** Null where this run is to become the baseline. */
  readonly accepted: { readonly baseline: Baseline; readonly pairs: TrialPairs } | null
}

/** By path of the baseline. */
const gated = new Map<string, GatedCase>()
const open = new Set<GatedCase>()

/**
 * Enters a case for the decision at the end of its file, with the habits of snapshots: where there is no baseline the run is
 * to become one (never in CI), `-u` replaces it, and otherwise it is only read.
 *
 * Whatever stands against a comparison is thrown here, at the case: BenchError `bad-baseline`, `not-comparable`, `no-data`.
 */
export function gateCase(
  run: ServingRun,
  origin: Provenance,
  { updateBaselines: update, baselineTrials }: ServingBenchContext,
): Verdict {
  const path = baselinePath(origin.file.filepath, run.report.case)
  const known = gated.get(path)
  if (known?.run === run) return WAITING_VERDICT
  if (known !== undefined) throw sharedBaseline(run, path)
  checkTrials(run, baselineTrials)
  const baseline = update === 'all' ? null : readBaseline(path)
  if (baseline === null && update === 'none') throw noBaseline(run, path)
  const hardware = hardwareFromEnvironment(run.report.environment, process.env)
  // What is to become the baseline must be comparable with itself, or nothing ever would be with it.
  const pairs = pairWithBaseline(run.reports, baseline ?? baselineOf(run.reports, hardware), hardware)
  checkPairs(runLabel(run.report), pairs)
  const entered = { run, origin, path, hardware, doubts: [], accepted: baseline && { baseline, pairs } }
  gated.set(path, entered)
  open.add(entered)
  return WAITING_VERDICT
}

/** The cases that wait for a decision; nobody else gets them. */
export function takeGatedCases(): GatedCase[] {
  const taken = [...open]
  open.clear()
  return taken
}

function checkTrials({ report, reports }: ServingRun, baselineTrials: number): void {
  const first = STAGE_PAIRS[1]
  if (reports.length < first) {
    throw new BenchError(`${report.case} has ${reports.length} of the ${first} trials that a baseline needs.`, {
      code: 'bad-baseline',
      remedy: `Give its load \`trials: ${first}\`: noise shows only between trials.`,
    })
  }
  const needed = reports.length + STAGE_PAIRS[2]
  if (needed <= baselineTrials) return
  throw new BenchError(`${report.case} has ${reports.length} trials, and its baseline ${baselineTrials} in all.`, {
    code: 'bad-baseline',
    remedy: `Set \`baselineTrials\` of servingBench() to ${needed} or more, so that ${STAGE_PAIRS[2]} are left to confirm a suspicion.`,
  })
}

function noBaseline({ report }: ServingRun, path: string): BenchError {
  return new BenchError(`${report.case} has no baseline at ${path}.`, {
    code: 'bad-baseline',
    remedy: 'Run `vitest bench -u` where its numbers may count, look at them, and commit the file.',
  })
}

function sharedBaseline({ report }: ServingRun, path: string): BenchError {
  return new BenchError(`${report.case} would share its baseline, ${path}, with another run.`, {
    code: 'bad-baseline',
    remedy: 'Give each run a `name` of its own.',
  })
}

/** `bench/__baselines__/<file>.<case>.json`; characters that file systems dislike become dashes. */
function baselinePath(benchFile: string, caseName: string): string {
  const file = caseName.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/\s+/g, '_')
  return join(dirname(benchFile), '__baselines__', `${basename(benchFile).replace(/\.[cm]?[jt]sx?$/, '')}.${file}.json`)
}
