import type { TrialDoubt } from '../doubts/trial-facts.ts'
import type { CaseReport } from '../report.ts'
import { withTtftExplained } from '../slo/explain-ttft.ts'
import { judgeClient } from '../slo/judge-client.ts'
import { judgeSlo, shortSamples } from '../slo/judge-slo.ts'
import type { Inconclusive, Slo } from '../slo/slo.ts'
import type { PerSecond } from '../base/units.ts'
import { invalidities } from '../verdict/invalidities.ts'
import { overrule, type ObjectiveVerdict, type Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'
import { queueOf } from './growing-queue.ts'
import { recordsOfTrials, type ServingRun } from './serving-run.ts'

export interface JudgeOptions {
  /** What becomes of an objective that the run neither shows nor refutes. */
  readonly inconclusive: Inconclusive
  /** The highest rate at which the queue of the same target was seen not to grow; null where none is known. */
  readonly stableRate: PerSecond | null
}

/**
 * Judges the objectives of an SLO over all trials of a case, and whether its client is good enough to judge them. The verdicts
 * are appended to the report; returned are all that an assertion of these objectives rests on, those of validity first.
 */
export function judgeObjectives(run: ServingRun, slo: Slo, { inconclusive, stableRate }: JudgeOptions): Verdict[] {
  const { report } = run
  addVerdicts(report, clientErrors(report, slo))
  addDoubts(
    report,
    shortSamples(run.completed + run.failed, slo).map((message) => ({ code: 'short-sample', message: `${message}.` })),
  )
  const { state, growth } = queueOf(run)
  const found = judgeSlo(
    {
      metrics: run,
      trials: recordsOfTrials(run),
      growingQueue: state === 'growing' ? { share: growth, stableRate } : null,
    },
    slo,
  )
  return judgeAlso(run, underPolicy(found, inconclusive))
}

/** The objectives of an SLO alone, with another confidence, for a search that looks again. Nothing is appended to the report. */
export function judgeLooks(
  run: ServingRun,
  slo: Slo,
  { confidence }: { readonly confidence: number },
): ObjectiveVerdict[] {
  return judgeSlo({ metrics: run, trials: recordsOfTrials(run), growingQueue: null, confidence }, slo)
}

/**
 * Appends the verdicts of another judge, and returns all that an assertion of them rests on, those of validity first. Of a run
 * that is invalid none of them passes or fails: there is nothing to judge.
 */
export function judgeAlso({ report }: ServingRun, found: readonly Verdict[]): Verdict[] {
  const invalid = invalidities(report)
  const judged =
    invalid.length === 0
      ? withTtftExplained(report, found)
      : found.map((verdict) => overrule(verdict, 'invalid-run', 'invalid'))
  addVerdicts(report, judged)
  return [...invalid, ...judged]
}

/** The same verdicts, where what is inconclusive fails if the project says so. */
export function underPolicy<V extends Verdict>(verdicts: readonly V[], inconclusive: Inconclusive): V[] {
  return verdicts.map((verdict) =>
    inconclusive === 'fail' && verdict.verdict === 'inconclusive'
      ? overrule(verdict, 'inconclusive-fails', 'fail')
      : verdict,
  )
}

/** Whether an assertion that rests on these verdicts holds. */
export function isGreen(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ verdict }) => verdict === 'pass' || verdict === 'inconclusive')
}

/** Writes verdicts into a report. One that asks the same again replaces the earlier one. */
export function addVerdicts(report: CaseReport, verdicts: readonly Verdict[]): void {
  const asked = new Set(verdicts.map(questionOf))
  report.verdicts = [...report.verdicts.filter((old) => !asked.has(questionOf(old))), ...verdicts]
}

/** Adds doubts about the case as a whole to those that the report has already. */
export function addDoubts(report: CaseReport, doubts: readonly TrialDoubt[]): void {
  const known = new Set(report.doubts.map(({ message }) => message))
  const news = doubts.filter(({ message }) => !known.has(message)).map((doubt) => ({ ...doubt, trial: null }))
  report.doubts = [...report.doubts, ...news]
}

/** What a verdict is about: it is unique in its case. */
function questionOf(verdict: Verdict): string {
  return JSON.stringify([verdict.kind, inWords(verdict).objective])
}

/** That the client of a trial errs by more than these objectives can bear, where the report does not say so yet. */
function clientErrors({ trials, verdicts }: CaseReport, slo: Slo): Verdict[] {
  const known = new Set(verdicts.map(questionOf))
  return trials
    .flatMap(({ trial, validity }) =>
      judgeClient(validity.client, slo).map((verdict) => ({ ...verdict, trial: trials.length === 1 ? null : trial })),
    )
    .filter((verdict) => !known.has(questionOf(verdict)))
}
