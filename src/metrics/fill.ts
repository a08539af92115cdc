import type { RequestRecord } from '../record.ts'

/** The request was sent to fill the server's batch before those that are measured. */
export function isFill({ index }: Pick<RequestRecord, 'index'>): boolean {
  return index < 0
}

/** The records behind the numbers: the measured ones, and of the fill those that failed, so that no failure is lost. */
export function countedRecords(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => !isFill(record) || record.outcome.status === 'failed')
}

export function measuredRecords(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => !isFill(record))
}
