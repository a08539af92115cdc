import { REPORT_SCHEMA, type BenchReport, type CaseReport } from '../report.ts'

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
 * from the one that ran it last, by the time it began; begun at one time from the report named last. Another version is another
 * target: both stay. So do cases of one report that look alike.
 *
 * A case that did not run stays failed, unless a report whose cases all began later ran a case of that name.
 */
export function mergeReports(reports: readonly NamedReport[]): MergedReports {
  const claims = reports.flatMap(({ path, report }) =>
    [...Map.groupBy(report.cases, caseOfTarget)].map(([key, cases]) => ({ key, path, cases, at: lastStart(cases) })),
  )
  const notes: string[] = []
  const kept = [...Map.groupBy(claims, ({ key }) => key).values()].flatMap((rivals) => {
    const latest = rivals.reduce((a, b) => (b.at >= a.at ? b : a))
    for (const { path, cases } of rivals.filter((claim) => claim !== latest)) {
      notes.push(`"${cases[0]?.case}" is taken from ${latest.path}, which ran it later than ${path}.`)
    }
    return latest.cases
  })
  const failedCases = reports.flatMap(({ report }) =>
    report.failedCases.filter((failed) => {
      const end = lastStart(report.cases)
      return end === '' || !kept.some((one) => one.case === failed.case && one.environment.startedAt > end)
    }),
  )
  // Reports of one build divide the chance between them; those of several builds add theirs up.
  const falseFailChance = Math.min(
    1,
    reports.reduce((sum, { report }) => sum + report.falseFailChance, 0),
  )
  return { report: { schema: REPORT_SCHEMA, cases: kept, failedCases, falseFailChance }, notes }
}

function caseOfTarget({ case: name, target, load }: CaseReport): string {
  const { framework, version, variant, model } = target
  return JSON.stringify([name, framework, version, variant, model, load.requestRate])
}

/** ISO times in UTC compare as text; empty without a case. */
function lastStart(cases: readonly CaseReport[]): string {
  return cases.reduce((latest, { environment: { startedAt } }) => (startedAt > latest ? startedAt : latest), '')
}
