import { isFill, type RequestRecord } from '../record.ts'

/** The records behind the numbers: the measured ones, and of the fill those that failed, so that no failure is lost. */
export function countedRecords(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => !isFill(record) || record.outcome.status === 'failed')
}

/** All records but those of requests that filled the batch. */
export function measuredRecords(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => !isFill(record))
}
