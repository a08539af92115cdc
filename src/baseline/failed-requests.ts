import { clopperPearson } from '../stats/clopper-pearson.ts'
import { fisherUpperTail } from '../stats/fisher.ts'
import type { Trial } from './trial.ts'

/** What trials say of the failures of both sides. Shares of the requests, + is worse. */
export interface FailureEstimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** One-sided: how often as many failures, dealt at random, would fall on the candidate. */
  readonly p: number
  readonly baselineFailed: number
  readonly candidateFailed: number
  readonly requests: number
  readonly pairs: number
}

/** By which share of the requests more may fail: 1 in 100. */
export const FAILURE_MARGIN = 0.01

/**
 * Compares how many requests failed (no end-to-end time), because those drop out of the pairs and a build that loses its
 * slow requests would look fast.
 *
 *     estimate  = failed share of the candidate - of the baseline
 *     p         = Fisher's exact test
 *     low, high = differences of the Clopper-Pearson bounds of both shares, wider than need be
 *
 * Failures that come in a bunch are not independent; the confirmation on fresh pairs is what guards against a bad minute.
 */
export function estimateFailures(pairs: readonly (readonly [Trial, Trial])[]): FailureEstimate {
  const failed = (side: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + pair[side].e2eLatency.filter(Number.isNaN).length, 0)
  const requests = pairs.reduce((sum, [baseline]) => sum + baseline.e2eLatency.length, 0)
  const before = failed(0)
  const after = failed(1)
  const boundsBefore = clopperPearson(before, requests)
  const boundsAfter = clopperPearson(after, requests)
  return {
    estimate: (after - before) / requests,
    low: boundsAfter.lower - boundsBefore.upper,
    high: boundsAfter.upper - boundsBefore.lower,
    p: fisherUpperTail(before, requests, after, requests),
    baselineFailed: before,
    candidateFailed: after,
    requests,
    pairs: pairs.length,
  }
}
