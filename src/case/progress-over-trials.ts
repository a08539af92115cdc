import type { Progress } from '../load/progress.ts'
import type { RunReport } from '../report.ts'
import type { ResolvedLoad } from './resolve-case.ts'

/** One bar for the measured requests of all trials: what the earlier ones did counts as done. */
export function progressOverTrials(
  onProgress: (progress: Progress) => void,
  done: readonly { readonly report: RunReport }[],
  { numPrompts, trials }: Pick<ResolvedLoad, 'numPrompts' | 'trials'>,
): (progress: Progress) => void {
  const before = done.map(({ report }) => report.metrics)
  const sum = (pick: (metrics: RunReport['metrics']) => number): number =>
    before.reduce((total, metrics) => total + pick(metrics), 0)
  const completed = sum((metrics) => metrics.completed)
  const failed = sum((metrics) => metrics.failed)
  const elapsedMs = sum((metrics) => metrics.durationMs)
  const toCome = numPrompts * (trials - done.length - 1)
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
