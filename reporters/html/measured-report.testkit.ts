import { failedRecord, madeUpCase as madeUp, madeUpRecord } from '../../src/metrics/records.testkit.ts'
import type { CaseReport, FrameworkId } from '../../src/report.ts'
import type { RequestRecord } from '../../src/record.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { objective } from '../sample-reports.testkit.ts'

/** What a test changes about a made-up case. */
export interface MadeUpCase {
  readonly name?: string
  readonly framework?: FrameworkId
  readonly version?: string | null
  readonly requestRate?: number | null
  readonly simulated?: boolean
  /** Of each request in arrival order, ms; null for one that failed. */
  readonly ttft?: readonly (number | null)[]
  /** How many there are, all with the same requests. Default 1. */
  readonly trials?: number
  readonly startedAt?: string
  readonly verdicts?: readonly Verdict[]
}

/** A case whose requests are really in its columns: one due every second, each with the given TTFT. */
export function madeUpCase(changes: MadeUpCase = {}): CaseReport {
  const {
    framework = 'vllm',
    requestRate = 8,
    ttft = [100, 110, 120, 130, 140],
    trials = 1,
    verdicts = [objective('pass', 'ttft.p99', 140, 400)],
  } = changes
  const records = ttft.map((ms, index): RequestRecord => {
    const dueAt = index * 1000
    if (ms === null) return failedRecord({ index, dueAt })
    return madeUpRecord({ index, dueAt, outputAt: Float64Array.of(ms, ms + 10, ms + 20).map((at) => at + dueAt) })
  })
  const made = madeUp(
    Array.from({ length: trials }, () => records),
    { case: changes.name ?? `chat > ${framework} > ${requestRate} req/s` },
  )
  return {
    ...made,
    target: {
      ...made.target,
      framework,
      version: changes.version === undefined ? made.target.version : changes.version,
      simulated: changes.simulated ?? false,
    },
    load: { ...made.load, requestRate },
    verdicts: [...verdicts],
    environment: { ...made.environment, startedAt: changes.startedAt ?? made.environment.startedAt },
  }
}
