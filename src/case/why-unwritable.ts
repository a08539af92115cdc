import { RunReport } from '../report.ts'
import { decodeRequests } from '../metrics/columns.ts'

/** Why a run cannot be written: the first field that does not fit its schema, or how its columns are cut. Null where it can be. */
export function whyUnwritable(run: RunReport): string | null {
  const parsed = RunReport.safeParse(run)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'it does not fit the schema' }
    return `${path.join('.')}: ${message}`
  }
  try {
    decodeRequests(run.requests)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
