import type { LoadResult } from '../load/run-load.ts'
import type { RequestRecord } from '../record.ts'
import type { Distribution, Doubt, LoadFacts, Metrics, TargetFacts, Telemetry, Validity } from '../report.ts'

/** What is known of a trial when it is asked for doubts. */
export interface TrialFacts {
  readonly target: TargetFacts
  readonly load: LoadFacts
  readonly result: Pick<LoadResult, 'aborted' | 'connections' | 'threads'>
  /** Of every request that was sent, those that filled the batch included. */
  readonly records: readonly RequestRecord[]
  readonly metrics: Metrics
  /** How late the requests left that completed. */
  readonly answeredLateness: Distribution | null
  readonly validity: Validity
  /** Null where the server was not asked. */
  readonly telemetry: Telemetry | null
}

/** A doubt that one trial raises. */
export type TrialDoubt = Omit<Doubt, 'trial'>
