import type { RequestRecord } from '../record.ts'
import type { ServingRun } from './serving-run.ts'

/** The records of a case, an array a trial. */
export function recordsOfTrials({ records, reports }: ServingRun): RequestRecord[][] {
  let start = 0
  return reports.map(({ requests: { count } }) => records.slice(start, (start += count)))
}
