import { SIGNIFICANT } from '../doubts/queue-trend.ts'
import { saturation } from '../doubts/saturation.ts'
import { detectUnstableQueue } from '../doubts/unstable-queue.ts'
import { recordsOfTrials, type ServingRun } from './serving-run.ts'

/**
 * Whether the waits of a case kept growing (`detectUnstableQueue`, the level shared among its trials), with the largest
 * share of arrivals that piled up. `unknown` for all at once, where the queue is the test itself, and for short runs.
 */
export function queueOf(run: ServingRun): {
  readonly state: 'growing' | 'stable' | 'unknown'
  readonly growth: number
} {
  if (run.report.load.requestRate === null) return { state: 'unknown', growth: 0 }
  const trials = recordsOfTrials(run).map((records) => ({
    queue: detectUnstableQueue({ ttft: records.map(({ firstOutputAt, dueAt }) => (firstOutputAt ?? NaN) - dueAt) }),
    growth: saturation(records).growth ?? 0,
  }))
  const long = trials.filter(({ queue }) => queue.verdict !== 'too-short')
  const growing = long.filter(({ queue }) => (queue.p ?? 1) < SIGNIFICANT / trials.length)
  if (growing.length > 0) return { state: 'growing', growth: Math.max(...growing.map(({ growth }) => growth)) }
  return { state: long.length === trials.length ? 'stable' : 'unknown', growth: 0 }
}
