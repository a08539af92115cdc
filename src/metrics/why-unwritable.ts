import { CaseReport } from '../report.ts'
import { decodeRequests } from './columns.ts'

/** Why a case cannot be written: the first field that does not fit its schema, or how its columns are cut. Null where it can be. */
export function whyUnwritable(report: CaseReport): string | null {
  const parsed = CaseReport.safeParse(report)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'it does not fit the schema' }
    return `${path.join('.')}: ${message}`
  }
  try {
    for (const { requests } of report.trials) decodeRequests(requests)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
