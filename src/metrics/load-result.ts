import type { RequestRecord } from '../record.ts'

/** What a load run leaves behind. */
export interface LoadResult {
  /** Every request that was made, in arrival order. */
  readonly records: readonly RequestRecord[]
  /** Scheduled requests that were never made, because the run was cut short. */
  readonly unsent: number
  readonly aborted: boolean
  readonly connections: { readonly opened: number; readonly reused: number } | null
}
