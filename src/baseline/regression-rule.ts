import type { RunReport, Verdict } from '../report.ts'

/** Decides whether a run is worse than the accepted ones, all of which saw the same stimulus. */
export interface RegressionRule {
  /** `baseline` is not empty. One verdict for each gate, always the same ones in the same order. */
  judge(candidate: RunReport, baseline: readonly RunReport[]): Verdict[]
}
