import type { RequestRecord } from '../record.ts'

/** Records as they go from thread to thread: all their stamps in one array, which is transferred and not copied. */
export interface PackedRecords {
  readonly records: readonly PackedRecord[]
  readonly outputAt: Float64Array<ArrayBuffer>
}

interface PackedRecord extends Omit<RequestRecord, 'outputAt'> {
  /** How many stamps are its own. */
  readonly outputs: number
}

export function packRecords(records: readonly RequestRecord[]): PackedRecords {
  const all = new Float64Array(records.reduce((sum, { outputAt }) => sum + outputAt.length, 0))
  let end = 0
  const packed = records.map(({ outputAt, ...record }) => {
    all.set(outputAt, end)
    end += outputAt.length
    return { ...record, outputs: outputAt.length }
  })
  return { records: packed, outputAt: all }
}

export function unpackRecords({ records, outputAt }: PackedRecords): RequestRecord[] {
  let end = 0
  return records.map(({ outputs, ...record }) => ({ ...record, outputAt: outputAt.subarray(end, (end += outputs)) }))
}
