import { failedRecord, madeUpRecord, madeUpReport } from '../../src/metrics/records.testkit.ts'
import type { FrameworkId, RunReport, Verdict } from '../../src/report.ts'
import { verdict } from '../sample-reports.testkit.ts'

/** What a test changes about a made-up case. */
export interface MadeUpCase {
  readonly name?: string
  readonly framework?: FrameworkId
  readonly version?: string | null
  readonly requestRate?: number | null
  readonly simulated?: boolean
  /** Of each request in arrival order, ms; null for one that failed. */
  readonly ttft?: readonly (number | null)[]
  readonly trial?: number
  readonly trials?: number
  readonly startedAt?: string
  readonly verdicts?: readonly Verdict[]
}

/** A run whose requests are really in its columns: one due every second, each with the given TTFT. */
export function madeUpCase(changes: MadeUpCase = {}): RunReport {
  const {
    framework = 'vllm',
    requestRate = 8,
    ttft = [100, 110, 120, 130, 140],
    trial = 0,
    trials = 1,
    verdicts = [verdict('pass', 'ttft.p99 <= 400 ms', 140, 400, 'ttft.p99 140.0 ms <= 400 ms')],
  } = changes
  const records = ttft.map((ms, index) => {
    const dueAt = index * 1000
    if (ms === null) return failedRecord({ index, dueAt })
    return madeUpRecord({ index, dueAt, outputAt: Float64Array.of(ms, ms + 10, ms + 20).map((at) => at + dueAt) })
  })
  const made = madeUpReport(records, { case: changes.name ?? `chat > ${framework} > ${requestRate} req/s` })
  return {
    ...made,
    target: {
      ...made.target,
      framework,
      version: changes.version === undefined ? made.target.version : changes.version,
      simulated: changes.simulated ?? false,
    },
    load: { ...made.load, requestRate, trial, trials },
    verdicts: [...verdicts],
    environment: { ...made.environment, startedAt: changes.startedAt ?? made.environment.startedAt },
  }
}
