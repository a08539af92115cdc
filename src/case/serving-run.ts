import type { RequestRecord } from '../record.ts'
import type { Metrics, RunReport } from '../report.ts'

/** One finished case, as a bench author sees it: the metrics over all its trials, and everything behind them. */
export interface ServingRun extends Metrics {
  /** Of the first trial; the verdicts on all trials together stand in it. */
  readonly report: RunReport
  /** One a trial. */
  readonly reports: readonly RunReport[]
  /**
   * Every request that was sent, trial after trial, in arrival order; the times of each trial are on its own clock. Those with
   * an index below 0 filled the batch and are not measured.
   */
  readonly records: readonly RequestRecord[]
}
