import type { CaseReport } from '../report.ts'
import { invalidities } from '../verdict/invalidities.ts'
import { inWords } from '../verdict/words.ts'

/**
 * Why the trials of a case cannot be held against others, in words; empty when they can. Besides what makes them invalid: prompts
 * that a warm cache knew, which make any version look faster.
 */
export function obstaclesToComparison({ verdicts, doubts }: Pick<CaseReport, 'verdicts' | 'doubts'>): string[] {
  const warm = doubts.find(({ code }) => code === 'warm-cache')
  const invalid = invalidities({ verdicts }).map((verdict) => inWords(verdict).message)
  return [...invalid, ...(warm === undefined ? [] : [warm.message])]
}
