import type { CaseReport, Doubt } from '../report.ts'
import { meetsObjectives } from '../slo/objectives.ts'
import type { Slo } from '../slo/slo.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'
import { buildCaseReport } from './report.ts'
import { recordsOfTrials, type ServingRun } from './serving-run.ts'
import type { MeasuredTrial } from './trial.ts'

/** What is said of a load as a whole, and names the trial itself where it is about one. */
const OF_THE_LOAD: ReadonlySet<Doubt['code']> = new Set(['repeated', 'server-log'])

/**
 * Several loads of one case, whose trials have further numbers each, as one run: its metrics are counted from all records, as if
 * one load had sent them. RangeError without a run.
 */
export function poolRuns(runs: readonly ServingRun[], goodput: Slo | null): ServingRun {
  const [first] = runs
  if (first === undefined) throw new RangeError('There is no run to pool.')
  const { case: name, target, load, environment } = first.report
  const built = buildCaseReport({
    case: name,
    target,
    load: { ...load, trials: runs.reduce((sum, { report }) => sum + report.load.trials, 0) },
    environment,
    trials: runs.flatMap(trialsOf),
    doubts: runs.flatMap(({ report }) => report.doubts).filter(({ code }) => OF_THE_LOAD.has(code)),
    meetsObjectives: goodput === null ? undefined : meetsObjectives(goodput),
  })
  const judged = runs.flatMap(({ report }) => report.verdicts.filter(({ kind }) => kind !== 'validity'))
  const report: CaseReport = { ...built, verdicts: [...built.verdicts, ...judged] }
  return { ...report.metrics, report, records: runs.flatMap(({ records }) => records) }
}

/** The trials of a run with what was said of each. The times of single connections are in no report. */
function trialsOf(run: ServingRun): MeasuredTrial[] {
  const { trials, doubts, verdicts } = run.report
  const records = recordsOfTrials(run)
  return trials.map((report, i) => {
    const isOfIt = ({ trial }: { readonly trial: number | null }): boolean => trial === null || trial === report.trial
    return {
      report,
      records: records[i] ?? [],
      doubts: doubts.filter((doubt) => isOfIt(doubt) && !OF_THE_LOAD.has(doubt.code)),
      invalid: verdicts.filter((verdict): verdict is ValidityVerdict => verdict.kind === 'validity' && isOfIt(verdict)),
      connectMs: [],
    }
  })
}
