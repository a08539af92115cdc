import type { Doubt } from '../report.ts'
import type { TrialDoubt } from './trial-facts.ts'

/**
 * The doubts of a case as lines for people: what several trials say in other words, most often with other numbers, is said
 * once, by the first of them.
 */
export function doubtsInWords(doubts: readonly Doubt[]): TrialDoubt[] {
  return [...Map.groupBy(doubts, ({ code }) => code).values()].flatMap((alike) => {
    const [first, ...others] = new Set(alike.flatMap(({ trial }) => trial ?? []))
    const likewise = others.length === 0 ? '' : ` Likewise in trial ${others.join(', ')}.`
    return alike
      .filter(({ trial }) => trial === null || trial === first)
      .map(({ code, message, trial }) => ({
        code,
        message: trial === null ? message : `trial ${trial}: ${message}${likewise}`,
      }))
  })
}
