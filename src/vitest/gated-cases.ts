import { relative } from 'node:path'
import { readBaseline, type Baseline } from '../baseline/baseline-file.ts'
import { caseIdentity, type CaseIdentity } from '../baseline/case-identity.ts'
import { baselineOf, pairWithBaseline, versionChange } from '../baseline/compare-baseline.ts'
import { WAITING_VERDICT } from '../baseline/gate-verdict.ts'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { checkPairs, type TrialPairs } from '../baseline/trial.ts'
import { BenchError } from '../base/errors.ts'
import type { Verdict, Warning } from '../report.ts'
import { runLabel } from '../slo/format-verdicts.ts'
import { baselinePath, findSibling, type SiblingBaseline } from '../baseline/baseline-path.ts'
import { hardwareOf } from '../case/resolve-case.ts'
import { recordWarnings, type Provenance } from './ledger.ts'
import type { ServingRun } from '../case/serving-run.ts'
import type { ServingBenchContext } from './types.ts'

/** A case whose regression gates are decided at the end of its file. */
export interface GatedCase {
  readonly run: ServingRun
  readonly origin: Provenance
  /** By what it finds its baseline, whatever the version. */
  readonly identity: CaseIdentity
  /** Of its baseline. */
  readonly path: string
  /** That it ran on. */
  readonly hardware: string
  /** The doubts that its further trials raise, which are added while the end of the file runs them. */
  readonly doubts: Warning[]
  /** Null where this run is to become the baseline. */
  readonly accepted: { readonly baseline: Baseline; readonly pairs: TrialPairs } | null
}

/** By path of the baseline, in lower case: some file systems do not tell the two apart. */
const gated = new Map<string, GatedCase>()
const open = new Set<GatedCase>()

/**
 * Enters a case for the decision at the end of its file, with the habits of snapshots: where there is no baseline the run is
 * to become one (never in CI), `-u` replaces it, and otherwise it is only read. Where another baseline may be meant, as one
 * whose file name held a version, the run does not become one without `-u`: it would never be compared.
 *
 * Whatever stands against a comparison is thrown here, at the case: BenchError `bad-baseline`, `not-comparable`, `no-data`.
 */
export function gateCase(
  run: ServingRun,
  origin: Provenance,
  { updateBaselines: update, baselineTrials }: ServingBenchContext,
): Verdict {
  const identity = caseIdentity(run.report.case, run.report.target, origin.titled)
  const path = baselinePath(origin.file.filepath, identity)
  const known = gated.get(path.toLowerCase())
  if (known?.run === run) return WAITING_VERDICT
  if (known !== undefined) throw sharedBaseline(run, path)
  checkTrials(run, baselineTrials)
  const baseline = update === 'all' ? null : readBaseline(path)
  const sibling =
    baseline === null && update !== 'all' ? findSibling(origin.file.filepath, identity, run.report.case) : null
  if (sibling !== null) throw onlySibling(run, path, sibling)
  if (baseline === null && update === 'none') throw noBaseline(run, path)
  const hardware = hardwareOf(origin.serving.hardware, run.report.environment)
  // What is to become the baseline must be comparable with itself, or nothing ever would be with it.
  const pairs = pairWithBaseline(run.reports, baseline ?? baselineOf(run.reports, hardware), hardware)
  checkPairs(runLabel(run.report), pairs)
  const change = baseline && versionChange(baseline, run.report)
  if (change !== null) recordWarnings(run, [newVersion(change)])
  const entered = { run, origin, identity, path, hardware, doubts: [], accepted: baseline && { baseline, pairs } }
  gated.set(path.toLowerCase(), entered)
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

function onlySibling({ report }: ServingRun, path: string, sibling: SiblingBaseline): BenchError {
  const [missing, there] = [path, sibling.path].map((each) => relative(process.cwd(), each))
  const of = sibling.of === null ? '' : ` (${sibling.of})`
  return new BenchError(`${report.case} has no baseline at ${missing}, and ${there} is one of the same case${of}.`, {
    code: 'bad-baseline',
    remedy: remedyFor(sibling, report.target.model),
  })
}

function remedyFor({ of, model: theirs }: SiblingBaseline, ours: string | null): string {
  if (of === null) {
    return 'An earlier version of this package wrote it, and nothing can be compared with it: delete it, and record another with `vitest bench -u`.'
  }
  return theirs !== null && ours !== null && theirs !== ours
    ? `Serve that model to compare with it, or record one of ${ours} beside it with \`vitest bench -u\`.`
    : 'Rename that file to compare with it, or delete it and record another with `vitest bench -u`.'
}

function newVersion(change: string): Warning {
  return { code: 'new-version', message: `compared with a baseline of another version: ${change}` }
}

function sharedBaseline({ report }: ServingRun, path: string): BenchError {
  return new BenchError(`${report.case} would share its baseline, ${path}, with another run.`, {
    code: 'bad-baseline',
    remedy: 'Give each run a `name`, or each target a `variant`, of its own: the version is no part of it.',
  })
}
