import { relative } from 'node:path'
import { readBaseline, type Baseline } from '../baseline/baseline-file.ts'
import { baselinePath, findSibling, type SiblingBaseline } from '../baseline/baseline-path.ts'
import { caseIdentity, type CaseIdentity } from '../baseline/case-identity.ts'
import { baselineOf, pairWithBaseline, versionChange } from '../baseline/compare-baseline.ts'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { checkPairs, type TrialPairs } from '../baseline/trial.ts'
import { BenchError } from '../base/errors.ts'
import type { Target } from '../frameworks/target.ts'
import { runLabel } from './failed-assertion.ts'
import { addDoubts } from './judge.ts'
import { hardwareOf } from './resolve-case.ts'
import type { ServingCase } from './serving-case.ts'
import type { ServingRun } from './serving-run.ts'

/** Where a run came from: what its baseline is found by, and what to run when more of it is needed. */
export interface Origin {
  /** Path of the bench file. */
  readonly file: string
  /** The target as the author gave it: the titles of the test hold its label. */
  readonly titled: Target
  readonly serving: ServingCase
}

/** A case whose regression gates are decided at the end of its file. */
export interface GatedCase {
  readonly run: ServingRun
  readonly origin: Origin
  /** By what it finds its baseline, whatever the version. */
  readonly identity: CaseIdentity
  /** Of its baseline. */
  readonly path: string
  /** What its run was made on. */
  readonly hardware: string
  /** Null where this run is to become the baseline. */
  readonly accepted: { readonly baseline: Baseline; readonly pairs: TrialPairs } | null
}

export interface GateOptions {
  readonly updateBaselines: 'all' | 'new' | 'none'
  /** How many trials of a case are recorded as its baseline. */
  readonly baselineTrials: number
}

/** The cases of one bench file that have regression gates. */
export interface Gates {
  /**
   * Enters a case for the decision at the end of its file, with the habits of snapshots: where there is no baseline the run is
   * to become one (never in CI), `-u` replaces it, and otherwise it is only read. Where another baseline may be meant, as one
   * whose file name held a version, the run does not become one without `-u`: it would never be compared. A run that was entered
   * before stays as it is.
   *
   * Throws whatever stands against a comparison: BenchError `bad-baseline`, `not-comparable`, `no-data`.
   */
  enter(run: ServingRun, origin: Origin, options: GateOptions): void
  /** The cases that wait for a decision; nobody else gets them. */
  takeWaiting(): GatedCase[]
}

export function createGates(): Gates {
  /** By path of the baseline, in lower case: some file systems do not tell the two apart. */
  const entered = new Map<string, ServingRun>()
  let waiting: GatedCase[] = []
  return {
    enter(run, origin, options) {
      const identity = caseIdentity(run.report.case, run.report.target, origin.titled)
      const path = baselinePath(origin.file, identity)
      const known = entered.get(path.toLowerCase())
      if (known === run) return
      if (known !== undefined) throw sharedBaseline(run, path)
      const gated = gatedCase(run, { origin, identity, path }, options)
      entered.set(path.toLowerCase(), run)
      waiting.push(gated)
    },
    takeWaiting() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}

function gatedCase(
  run: ServingRun,
  place: Pick<GatedCase, 'origin' | 'identity' | 'path'>,
  { updateBaselines: update, baselineTrials }: GateOptions,
): GatedCase {
  const { origin, identity, path } = place
  checkTrials(run, baselineTrials)
  const baseline = update === 'all' ? null : readBaseline(path)
  const sibling = baseline === null && update !== 'all' ? findSibling(origin.file, identity, run.report.case) : null
  if (sibling !== null) throw onlySibling(run, path, sibling)
  if (baseline === null && update === 'none') throw noBaseline(run, path)
  const hardware = hardwareOf(origin.serving.hardware, run.report.environment)
  // What is to become the baseline must be comparable with itself, or nothing ever would be with it.
  const pairs = pairWithBaseline(run.report, baseline ?? baselineOf(run.report, hardware), hardware)
  checkPairs(runLabel(run.report), pairs)
  const change = baseline && versionChange(baseline, run.report)
  if (change !== null) {
    const message = `compared with a baseline of another version: ${change}`
    addDoubts(run.report, [{ code: 'new-version', message }])
  }
  return { run, ...place, hardware, accepted: baseline && { baseline, pairs } }
}

function checkTrials({ report }: ServingRun, baselineTrials: number): void {
  const first = STAGE_PAIRS[1]
  const trials = report.trials.length
  if (trials < first) {
    throw new BenchError(`${report.case} has ${trials} of the ${first} trials that a baseline needs.`, {
      code: 'bad-baseline',
      remedy: `Give its load \`trials: ${first}\`: noise shows only between trials.`,
    })
  }
  const needed = trials + STAGE_PAIRS[2]
  if (needed <= baselineTrials) return
  throw new BenchError(`${report.case} has ${trials} trials, and its baseline ${baselineTrials} in all.`, {
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

function sharedBaseline({ report }: ServingRun, path: string): BenchError {
  return new BenchError(`${report.case} would share its baseline, ${path}, with another run.`, {
    code: 'bad-baseline',
    remedy: 'Give each run a `name`, or each target a `variant`, of its own: the version is no part of it.',
  })
}
