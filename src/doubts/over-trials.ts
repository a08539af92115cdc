import type { Doubt } from '../report.ts'
import type { TrialDoubt } from './trial-facts.ts'

/**
 * The doubts of a case: what all of its trials say in the same words is about the case (`trial` is null), everything else is
 * about the trial that says it. One code stands together, in the order in which codes were first said.
 */
export function doubtsOverTrials(
  trials: readonly { readonly trial: number; readonly doubts: readonly TrialDoubt[] }[],
): Doubt[] {
  const said = trials.flatMap(({ trial, doubts }) => doubts.map((doubt) => ({ ...doubt, trial })))
  return [...Map.groupBy(said, ({ code }) => code).values()].flatMap((alike): Doubt[] => {
    const byTrial = Map.groupBy(alike, ({ trial }) => trial)
    const texts = new Set([...byTrial.values()].map((doubts) => JSON.stringify(doubts.map(({ message }) => message))))
    if (byTrial.size < trials.length || texts.size > 1) return alike
    const [first] = byTrial.values()
    return first?.map((doubt) => ({ ...doubt, trial: null })) ?? []
  })
}
