import { BenchError } from '../base/errors.ts'
import type { RequestRecord } from '../record.ts'
import type { Distribution, Metrics } from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import { durationOf } from './duration.ts'
import { e2eLatency } from './e2e-latency.ts'
import { countedRecords, measuredRecords } from './fill.ts'
import { itl } from './itl.ts'
import type { SampleMetric } from './metric.ts'
import { peakConcurrencyOf } from './peak-concurrency.ts'
import { queueLateness } from './queue-lateness.ts'
import { perSecond } from './throughput.ts'
import { tpot } from './tpot.ts'
import { ttft } from './ttft.ts'

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
  const records = trials.flatMap(countedRecords)
  const completed = records.filter(({ outcome }) => outcome.status === 'completed')
  const duration = measured.reduce((sum, trial) => sum + durationOf(trial), 0)
  const inputTokens = completed.reduce((sum, { promptTokens }) => sum + promptTokens, 0)
  const outputTokens = completed.reduce((sum, record) => sum + (record.outputTokens ?? 0), 0)
  return {
    durationMs: duration,
    completed: completed.length,
    failed: records.length - completed.length,
    inputTokens,
    outputTokens,
    requestThroughput: perSecond(completed.length, duration),
    inputThroughput: perSecond(inputTokens, duration),
    outputThroughput: perSecond(outputTokens, duration),
    goodput: meetsObjectives === undefined ? null : perSecond(completed.filter(meetsObjectives).length, duration),
    ttft: distributionOf(ttft, records),
    tpot: distributionOf(tpot, records),
    itl: distributionOf(itl, records),
    e2eLatency: distributionOf(e2eLatency, records),
    queueLateness: distributionOf(queueLateness, records),
    peakConcurrency: Math.max(...measured.map(peakConcurrencyOf)),
  }
}

/** In one typed array: of ITL there are millions. */
function distributionOf(metric: SampleMetric, records: readonly RequestRecord[]): Distribution | null {
  const lists = records.map((record) => metric.samples(record))
  const samples = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const list of lists) {
    samples.set(list, at)
    at += list.length
  }
  return distribution(samples)
}
