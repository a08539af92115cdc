import { BenchError } from '../base/errors.ts'
import type { RequestRecord } from '../record.ts'
import { durationOf } from './duration.ts'
import { countedRecords, measuredRecords } from './fill.ts'
import type { MeasuredLoad } from './metric.ts'
import { STORED_METRICS, type Metrics } from './metrics.ts'

export interface SummariseOptions {
  /** Whether a single completed request was good enough; without it there is no goodput. */
  readonly meetsObjectives?: ((record: RequestRecord) => boolean) | undefined
}

/**
 * Turns the records of one run into its metrics. The definitions are in the files of this folder. Requests that filled the
 * batch are in none; one of them that failed counts as failed.
 *
 * BenchError `no-data` when no measured request was sent: a run of nothing has no duration.
 */
export function summarise(records: readonly RequestRecord[], options: SummariseOptions = {}): Metrics {
  return summariseTrials([records], options)
}

/**
 * The metrics of several runs of one case, as if they were one: samples of all requests, totals over the summed
 * durations, the highest peak. The clocks of the runs need not agree. BenchError `no-data` for a run without a
 * measured request.
 */
export function summariseTrials(
  trials: readonly (readonly RequestRecord[])[],
  { meetsObjectives }: SummariseOptions = {},
): Metrics {
  const measured = trials.map(measuredRecords)
  if (trials.length === 0 || measured.some((records) => records.length === 0)) {
    throw new BenchError('The run made no request, so there is nothing to measure.', {
      code: 'no-data',
      remedy: 'Ask for at least one prompt, and look at why the run ended before its first request.',
    })
  }
  const counted = trials.flatMap(countedRecords)
  const load: MeasuredLoad = {
    trials: measured,
    counted,
    completed: counted.filter(({ outcome }) => outcome.status === 'completed'),
    durationMs: measured.reduce((sum, trial) => sum + durationOf(trial), 0),
    meetsObjectives: meetsObjectives ?? null,
  }
  return Object.fromEntries(STORED_METRICS.map((metric) => [metric.id, metric.summarise(load)])) as Metrics
}
