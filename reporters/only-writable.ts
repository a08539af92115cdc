import { whyUnwritable } from '../src/metrics/why-unwritable.ts'
import type { BenchReport, FailedCase, RunReport } from '../src/report.ts'

/**
 * A report of which every run can be written. A case with a run that cannot (a number that is none, say) is a failed case, which
 * names the field: one case never takes the others with it. The same report where all can be written.
 */
export function onlyWritable(report: BenchReport): BenchReport {
  const failed = new Map(report.runs.flatMap(failedCases))
  if (failed.size === 0) return report
  return {
    ...report,
    runs: report.runs.filter((run) => !failed.has(run.case)),
    failedCases: [...report.failedCases, ...failed.values()],
  }
}

/** What was found of each run, because every output asks, and a run does not change once it is reported. */
const known = new WeakMap<RunReport, string | null>()

function failedCases(run: RunReport): [name: string, FailedCase][] {
  if (!known.has(run)) known.set(run, whyUnwritable(run))
  const why = known.get(run) ?? null
  if (why === null) return []
  const message = `The run cannot be written (${why}). Report this with the case that produced it: a run holds finite numbers or null.`
  return [[run.case, { case: run.case, framework: run.target.framework, message }]]
}
