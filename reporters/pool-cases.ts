import { groupTrials, poolTrials, type CaseReport } from '../src/metrics/pool-trials.ts'
import type { BenchReport } from '../src/report.ts'
import { onlyWritable } from './only-writable.ts'

/** A bench report with one entry a case, however many trials the case had. */
export interface PooledReport {
  readonly runs: readonly CaseReport[]
  readonly failedCases: BenchReport['failedCases']
  readonly falseFailChance: number
}

/** What tables and JUnit show of a report: the trials of each case pooled. */
export function poolCases(report: BenchReport): PooledReport {
  const { runs, failedCases, falseFailChance } = onlyWritable(report)
  return { runs: groupTrials(runs).map(poolTrials), failedCases, falseFailChance }
}
