import type { RunReport, Verdict } from '../report.ts'
import { warmCacheOf } from '../doubts/warm-cache.ts'

/** Why runs cannot be judged, those of all trials together; empty when they can. */
export function invalidities(reports: readonly { readonly verdicts: readonly Verdict[] }[]): Verdict[] {
  return reports.flatMap(({ verdicts }) =>
    verdicts.filter(({ kind, verdict }) => kind === 'validity' && verdict === 'invalid'),
  )
}

/**
 * Why the trials of a case cannot be held against others, in words; empty when they can. Besides what makes them invalid: prompts
 * that a warm cache knew, which make any version look faster.
 */
export function obstaclesToComparison(reports: readonly Pick<RunReport, 'verdicts' | 'validity'>[]): string[] {
  const warm = reports.map(warmCacheOf).find((doubt) => doubt !== undefined)
  return [...invalidities(reports), ...(warm === undefined ? [] : [warm])].map(({ message }) => message)
}
