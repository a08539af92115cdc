import type { RequestRecord } from '../record.ts'
import type { CaseReport, Metrics } from '../report.ts'

/** One finished case, as a bench author sees it: the metrics over all its trials, and everything behind them. */
export interface ServingRun extends Metrics {
  readonly report: CaseReport
  /**
   * Every request that was sent, trial after trial, in arrival order; the times of each trial are on its own clock. Those with
   * an index below 0 filled the batch and are not measured.
   */
  readonly records: readonly RequestRecord[]
}

/** The records of a case, an array a trial. */
export function recordsOfTrials({ records, report }: Pick<ServingRun, 'records' | 'report'>): RequestRecord[][] {
  let start = 0
  return report.trials.map(({ requests: { count } }) => records.slice(start, (start += count)))
}
