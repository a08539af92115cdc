import { relative } from 'node:path'
import { inject } from 'vitest'
import { writeBaseline } from '../baseline/baseline-file.ts'
import { baselineOf, pairWithBaseline, versionChange } from '../baseline/compare-baseline.ts'
import { decideRegressions } from '../baseline/decide-regressions.ts'
import { acceptedVerdict, gateVerdict } from '../baseline/gate-verdict.ts'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { checkPairs, type RegressionCase, type TrialPairs } from '../baseline/trial.ts'
import { BenchError } from '../base/errors.ts'
import { targetLabel } from '../frameworks/target.ts'
import { obstaclesToComparison } from '../metrics/invalidities.ts'
import type { RunReport, Verdict, Warning } from '../report.ts'
import { runLabel } from '../slo/format-verdicts.ts'
import type { GatedCase } from './gated-cases.ts'
import { judgedLine } from './judged-line.ts'
import { runAlone } from './run-alone.ts'
import type { RunCaseOptions } from '../case/run-case.ts'
import { withServer, type ServedLoad } from './servers.ts'
import { shareOfChance } from './share-of-chance.ts'
import type { ServingMeta } from './types.ts'
import { underPolicy } from './under-policy.ts'

/** Where the end of a file runs: in its last test, or after its tests. */
export interface SettlingPlace {
  readonly signal: AbortSignal
  /** Of the test or the file: what was decided travels in it. */
  readonly meta: ServingMeta
  /** Listeners for a load of that name. */
  readonly onProgress: (name: string) => RunCaseOptions['onProgress']
  readonly onLoading: (name: string) => ServedLoad['onLoading']
}

/**
 * Decides the regression gates of all cases of a file together: suspects are run again with further seeds, against the
 * further trials of their baselines. Cases that are to become baselines get the rest of their trials, and are written.
 *
 * Rejects with one error for each case that got worse, or could not be decided; all are tried first.
 */
export async function settleGates(cases: readonly GatedCase[], place: SettlingPlace): Promise<void> {
  const errors: unknown[] = []
  for (const one of cases.filter(({ accepted }) => accepted === null)) {
    try {
      settle(place, one, [await accept(one, place)])
    } catch (error) {
      errors.push(error)
    }
  }
  const compared = cases.filter(({ accepted }) => accepted !== null)
  if (compared.length > 0) errors.push(...(await compare(compared, place)))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failures`)
}

/** Records the trials that the run itself does not have, and writes the baseline. */
async function accept(one: GatedCase, place: SettlingPlace): Promise<Verdict> {
  const { run, identity, path, hardware } = one
  const missing = inject('servingBench').baselineTrials - run.reports.length
  const baseline = baselineOf([...run.reports, ...(await moreTrials(one, 0, missing, place))], hardware)
  checkPairs(runLabel(run.report), { baseline: baseline.trials, candidate: baseline.trials })
  writeBaseline(path, { ...baseline, case: identity.name })
  return acceptedVerdict(baseline.trials, relative(process.cwd(), path))
}

async function compare(cases: readonly GatedCase[], place: SettlingPlace): Promise<unknown[]> {
  const errors: unknown[] = []
  const byId = new Map(cases.map((one) => [one.path, one]))
  const { gates } = await decideRegressions(cases.map(regressionCase), {
    margins: inject('servingBench').margins,
    falseFailChance: shareOfChance(place.meta),
    async confirm(id, stage) {
      const one = byId.get(id)
      if (one === undefined) return null
      try {
        return await freshPairs(one, stage, place)
      } catch (error) {
        errors.push(error)
        return null
      }
    },
  })
  for (const [id, decided] of Map.groupBy(gates, (gate) => gate.case)) {
    const one = byId.get(id)!
    const judged = underPolicy(decided.map(gateVerdict), one.origin.serving.inconclusive).map((verdict) =>
      withVersions(verdict, one),
    )
    settle(place, one, judged)
    const failed = judged.filter(({ verdict }) => verdict === 'fail')
    if (failed.length > 0) errors.push(gotWorse(one, failed, place.meta))
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

/** Whoever reads a verdict must see what was compared with what. */
function withVersions(verdict: Verdict, { accepted, run }: GatedCase): Verdict {
  const change = accepted && versionChange(accepted.baseline, run.report)
  return change === null ? verdict : { ...verdict, message: `${verdict.message} (${change})` }
}

/** Fresh trials with the next seeds, against those of the baseline; null when it holds no more of them. */
async function freshPairs(one: GatedCase, stage: 2 | 3, place: SettlingPlace): Promise<TrialPairs | null> {
  const { run, accepted, hardware } = one
  if (accepted === null) return null
  const before = stage === 2 ? 0 : STAGE_PAIRS[2]
  const left = accepted.baseline.trials.length - run.reports.length - before
  // One pair alone shows no noise.
  if (left < 2) return null
  const fresh = await moreTrials(one, before, Math.min(left, STAGE_PAIRS[stage]), place)
  const pairs = pairWithBaseline(fresh, accepted.baseline, hardware)
  checkPairs(runLabel(run.report), pairs)
  return pairs
}

/** Runs trials of a case after those that it has had: `skip` of them ran before. */
async function moreTrials(one: GatedCase, skip: number, trials: number, place: SettlingPlace): Promise<RunReport[]> {
  const { run, origin } = one
  const { serving } = origin
  const { name } = serving
  const load = { ...serving.load, trial: serving.load.trial + run.reports.length + skip, trials }
  const served = { name, signal: place.signal, timeouts: load.timeouts, onLoading: place.onLoading(name) }
  const more = await withServer(serving.target, served, (target, log, signal) =>
    runAlone(
      { ...serving, target, load, ...(log === null ? {} : { log }) },
      { signal, onProgress: place.onProgress(name) },
    ),
  )
  one.doubts.push(...repeatsOf(more.reports))
  const [obstacle] = obstaclesToComparison(more.reports)
  if (obstacle === undefined) return [...more.reports]
  throw new BenchError(`${name}: further trials are invalid. ${obstacle}`, {
    code: 'not-comparable',
    remedy: 'Remove what made them invalid, and run it again.',
  })
}

/** These trials are in no report of their own: what was repeated among them is told by the case. */
function repeatsOf(reports: readonly RunReport[]): Warning[] {
  return reports.flatMap(({ validity }) => validity.warnings.filter(({ code }) => code === 'repeated'))
}

function settle({ meta }: SettlingPlace, { run, doubts }: GatedCase, verdicts: readonly Verdict[]): void {
  meta.settled = [...(meta.settled ?? []), { case: run.report.case, verdicts, warnings: doubts }]
}

/** The reporters have it from the verdicts: they need not list it again. */
function gotWorse({ run }: GatedCase, failed: readonly Verdict[], meta: ServingMeta): BenchError {
  const lines = failed.map(({ message }) => message)
  const error = new BenchError(`${run.report.case} got worse: ${lines.join('\n  ')}\n`, {
    code: 'regressed',
    remedy: 'If that is meant to be so, accept it with `vitest bench -u`.',
  })
  meta.judged = [...(meta.judged ?? []), judgedLine(error.message)]
  return error
}
