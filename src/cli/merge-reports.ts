import { REPORT_SCHEMA, type BenchReport, type RunReport } from '../report.ts'

/** A report, and where it was read. */
export interface NamedReport {
  readonly path: string
  readonly report: BenchReport
}

export interface MergedReports {
  readonly report: BenchReport
  /** What gave way to a later run, a sentence each. */
  readonly notes: readonly string[]
}

/**
 * Several reports as one. A case of one target (framework, version, variant, model) that several reports hold is taken
 * whole, with all its trials, from the one that ran it last, by the time its runs began; runs begun at one time from the
 * report named last. Another version is another target: both stay.
 *
 * A case that did not run stays failed, unless a report whose runs all began later ran a case of that name.
 */
export function mergeReports(reports: readonly NamedReport[]): MergedReports {
  const claims = reports.flatMap(({ path, report }) =>
    [...Map.groupBy(report.runs, caseOfTarget)].map(([key, runs]) => ({ key, path, runs, at: lastStart(runs) })),
  )
  const notes: string[] = []
  const kept = [...Map.groupBy(claims, ({ key }) => key).values()].flatMap((rivals) => {
    const latest = rivals.reduce((a, b) => (b.at >= a.at ? b : a))
    for (const { path, runs } of rivals.filter((claim) => claim !== latest)) {
      notes.push(`"${runs[0]?.case}" is taken from ${latest.path}, which ran it later than ${path}.`)
    }
    return latest.runs
  })
  const failedCases = reports.flatMap(({ report }) =>
    report.failedCases.filter((failed) => {
      const end = lastStart(report.runs)
      return end === '' || !kept.some((run) => run.case === failed.case && run.environment.startedAt > end)
    }),
  )
  // Reports of one build divide the chance between them; those of several builds add theirs up.
  const falseFailChance = Math.min(
    1,
    reports.reduce((sum, { report }) => sum + report.falseFailChance, 0),
  )
  return { report: { schema: REPORT_SCHEMA, runs: kept, failedCases, falseFailChance }, notes }
}

function caseOfTarget({ case: name, target, load }: RunReport): string {
  const { framework, version, variant, model } = target
  return JSON.stringify([name, framework, version, variant, model, load.requestRate])
}

/** ISO times in UTC compare as text; empty without a run. */
function lastStart(runs: readonly RunReport[]): string {
  return runs.reduce((latest, { environment: { startedAt } }) => (startedAt > latest ? startedAt : latest), '')
}
