import { relative } from 'node:path'
import { writeBaseline } from '../baseline/baseline-file.ts'
import { baselineOf, pairWithBaseline, versionChange } from '../baseline/compare-baseline.ts'
import type { RegressionOptions } from '../baseline/check-decision.ts'
import { decideRegressions } from '../baseline/decide-regressions.ts'
import { acceptedVerdict, gateVerdict } from '../baseline/gate-verdict.ts'
import { obstaclesToComparison } from '../baseline/obstacles-to-comparison.ts'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { checkPairs, type RegressionCase, type TrialPairs } from '../baseline/trial.ts'
import { BenchError, throwAll } from '../base/errors.ts'
import { targetLabel } from '../frameworks/target.ts'
import type { Doubt } from '../report.ts'
import { runLabel } from './failed-assertion.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'
import type { GatedCase, GateOptions } from './gate-case.ts'
import { underPolicy } from './judge.ts'
import type { ServingCase } from './serving-case.ts'
import type { ServingRun } from './serving-run.ts'
import { toldByVerdict } from './told-by-verdict.ts'

/** What was decided on one case. */
export interface SettledCase {
  readonly case: string
  readonly verdicts: readonly Verdict[]
  /** Doubts about the trials that the end of the file ran. */
  readonly doubts: readonly Doubt[]
}

export interface SettlingOptions extends Pick<GateOptions, 'baselineTrials'>, Pick<RegressionOptions, 'margins'> {
  /** The chance of a false failure that the gates of this file may take; asked for once, if any are decided. */
  readonly falseFailChance: () => number
  /** Runs a case; its report is not shown. */
  readonly send: (serving: ServingCase) => Promise<ServingRun>
  readonly tell: (settled: SettledCase) => void
}

/** A case on its way, with the doubts that its further trials raise. */
type OpenCase = GatedCase & { readonly doubts: Doubt[] }

/**
 * Decides the regression gates of all cases of a file together: suspects are run again with further seeds, against the
 * further trials of their baselines. Cases that are to become baselines get the rest of their trials, and are written.
 *
 * Rejects with one error for each case that got worse, or could not be decided; all are tried first.
 */
export async function settleGates(gated: readonly GatedCase[], options: SettlingOptions): Promise<void> {
  const cases = gated.map((one): OpenCase => ({ ...one, doubts: [] }))
  const errors: unknown[] = []
  for (const one of cases.filter(({ accepted }) => accepted === null)) {
    try {
      settle(one, [await accept(one, options)], options)
    } catch (error) {
      errors.push(error)
    }
  }
  const compared = cases.filter(({ accepted }) => accepted !== null)
  if (compared.length > 0) errors.push(...(await compare(compared, options)))
  throwAll(errors)
}

/** Records the trials that the run itself does not have, and writes the baseline. */
async function accept(one: OpenCase, options: SettlingOptions): Promise<Verdict> {
  const { run, identity, path, hardware } = one
  const missing = options.baselineTrials - run.report.trials.length
  const more = await moreTrials(one, { skip: 0, trials: missing }, options)
  const baseline = baselineOf(run.report, hardware, more.trials)
  checkPairs(runLabel(run.report), { baseline: baseline.trials, candidate: baseline.trials })
  writeBaseline(path, { ...baseline, case: identity.name })
  return acceptedVerdict(baseline.trials, relative(process.cwd(), path))
}

async function compare(cases: readonly OpenCase[], options: SettlingOptions): Promise<unknown[]> {
  const errors: unknown[] = []
  const byId = new Map(cases.map((one) => [one.path, one]))
  const { gates } = await decideRegressions(cases.map(regressionCase), {
    ...(options.margins && { margins: options.margins }),
    falseFailChance: options.falseFailChance(),
    async confirm(id, stage) {
      const one = byId.get(id)
      if (one === undefined) return null
      try {
        return await freshPairs(one, stage, options)
      } catch (error) {
        errors.push(error)
        return null
      }
    },
  })
  for (const [id, decided] of Map.groupBy(gates, (gate) => gate.case)) {
    const one = byId.get(id)!
    const change = one.accepted && versionChange(one.accepted.baseline, one.run.report)
    const judged = underPolicy(
      decided.map((gate) => gateVerdict(gate, change)),
      one.origin.serving.inconclusive,
    )
    settle(one, judged, options)
    const failed = judged.filter(({ verdict }) => verdict === 'fail')
    if (failed.length > 0) errors.push(gotWorse(one, failed))
  }
  return errors
}

function regressionCase({ run, path, origin, accepted }: GatedCase): RegressionCase {
  const { target, load } = run.report
  return {
    id: path,
    framework: targetLabel(origin.serving.target),
    requestRate: load.requestRate,
    ...(accepted?.pairs ?? { baseline: [], candidate: [] }),
    // A simulated engine has no session: it is as fast on any machine and on any day.
    ...(target.simulated ? {} : { storedBaseline: { stages: 'always' } }),
  }
}

/** Fresh trials with the next seeds, against those of the baseline; null when it holds no more of them. */
async function freshPairs(one: OpenCase, stage: 2 | 3, options: SettlingOptions): Promise<TrialPairs | null> {
  const { run, accepted, hardware } = one
  if (accepted === null) return null
  const skip = stage === 2 ? 0 : STAGE_PAIRS[2]
  const left = accepted.baseline.trials.length - run.report.trials.length - skip
  // One pair alone shows no noise.
  if (left < 2) return null
  const fresh = await moreTrials(one, { skip, trials: Math.min(left, STAGE_PAIRS[stage]) }, options)
  const pairs = pairWithBaseline(fresh, accepted.baseline, hardware)
  checkPairs(runLabel(run.report), pairs)
  return pairs
}

/** Runs trials of a case after those that it has had: `skip` of them ran before. */
async function moreTrials(
  { run, origin: { serving }, doubts }: OpenCase,
  { skip, trials }: { readonly skip: number; readonly trials: number },
  { send }: SettlingOptions,
): Promise<ServingRun['report']> {
  const trial = serving.load.trial + run.report.trials.length + skip
  const { report } = await send({ ...serving, load: { ...serving.load, trial, trials } })
  // These trials are in no report of their own: what was repeated among them is told by the case.
  doubts.push(...report.doubts.filter(({ code }) => code === 'repeated'))
  const [obstacle] = obstaclesToComparison(report)
  if (obstacle === undefined) return report
  throw new BenchError(`${serving.name}: further trials are invalid. ${obstacle}`, {
    code: 'not-comparable',
    remedy: 'Remove what made them invalid, and run it again.',
  })
}

function settle({ run, doubts }: OpenCase, verdicts: readonly Verdict[], { tell }: SettlingOptions): void {
  tell({ case: run.report.case, verdicts, doubts })
}

function gotWorse({ run }: GatedCase, failed: readonly Verdict[]): BenchError {
  const lines = failed.map((verdict) => inWords(verdict).message)
  return toldByVerdict(
    new BenchError(`${run.report.case} got worse: ${lines.join('\n  ')}\n`, {
      code: 'regressed',
      remedy: 'If that is meant to be so, accept it with `vitest bench -u`.',
    }),
  )
}
