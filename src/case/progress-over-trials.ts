import type { Progress } from '../load/progress.ts'
import type { Metrics } from '../report.ts'
import type { ResolvedLoad } from './resolve-case.ts'

/** One bar for the measured requests of all trials: what the earlier ones did (`before`) counts as done. */
export function progressOverTrials(
  onProgress: (progress: Progress) => void,
  before: readonly Metrics[],
  { numPrompts, trials }: Pick<ResolvedLoad, 'numPrompts' | 'trials'>,
): (progress: Progress) => void {
  const sum = (pick: (metrics: Metrics) => number): number =>
    before.reduce((total, metrics) => total + pick(metrics), 0)
  const completed = sum((metrics) => metrics.completed)
  const failed = sum((metrics) => metrics.failed)
  const elapsedMs = sum((metrics) => metrics.durationMs)
  const toCome = numPrompts * (trials - before.length - 1)
  return (now) =>
    onProgress(
      now.phase !== 'load'
        ? now
        : {
            ...now,
            sent: now.sent + completed + failed,
            completed: now.completed + completed,
            failed: now.failed + failed,
            total: completed + failed + now.total + toCome,
            elapsedMs: now.elapsedMs + elapsedMs,
          },
    )
}
