import { whyUnwritable } from '../src/metrics/why-unwritable.ts'
import type { BenchReport, CaseReport, FailedCase } from '../src/report.ts'

/**
 * A report of which every case can be written. A case that cannot (a number that is none, say) is a failed case, which names the
 * field: one case never takes the others with it. The same report where all can be written.
 */
export function onlyWritable(report: BenchReport): BenchReport {
  const failed = report.cases.flatMap(failedCase)
  if (failed.length === 0) return report
  return {
    ...report,
    cases: report.cases.filter((row) => failedCase(row).length === 0),
    failedCases: [...report.failedCases, ...failed],
  }
}

/** What was found of each case, because every output asks, and a case does not change once it is reported. */
const known = new WeakMap<CaseReport, string | null>()

function failedCase(row: CaseReport): FailedCase[] {
  if (!known.has(row)) known.set(row, whyUnwritable(row))
  const why = known.get(row) ?? null
  if (why === null) return []
  const message = `The run cannot be written (${why}). Report this with the case that produced it: a run holds finite numbers or null.`
  return [{ case: row.case, framework: row.target.framework, message }]
}
