export { decideRegressions } from './decide-regressions.ts'
export type {
  BuildVerdict,
  Confirm,
  GateName,
  GateResult,
  RegressionOptions,
  StoredBaseline,
} from './decide-regressions.ts'
export type { RegressionCase, Trial, TrialPairs } from './trial.ts'
export { detectUnstableQueue, type QueueVerdict } from './unstable-queue.ts'
export { findChangePoints, type History } from '../stats/change-points.ts'
