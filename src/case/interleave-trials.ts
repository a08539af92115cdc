import type { RecordedTrial } from '../baseline/recorded-trial.ts'
import { FIRST_PAIR, STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import type { TrialPairs } from '../baseline/trial.ts'
import type { PerSecond } from '../base/units.ts'
import { freshRepeats, type Repeats } from './repeats.ts'

export type Stage = keyof typeof STAGE_PAIRS
export type Side = 'baseline' | 'candidate'

/** One trial to be run. The trials of a rate share their repeats. */
export interface SideTrial {
  readonly side: Side
  readonly requestRate: PerSecond
  readonly trial: number
  readonly repeats: Repeats
}

/**
 * Runs the trials of a stage on both sides, A B B A, and returns its pairs, one entry a rate. Whoever went first in one pair
 * goes second in the next.
 *
 * `send` resolves with null for a trial that stayed invalid. Its rate is given up there, and its entry is null; the other rates
 * go on.
 */
export async function interleaveTrials(
  send: (trial: SideTrial) => Promise<RecordedTrial | null>,
  requestRates: readonly PerSecond[],
  stage: Stage,
): Promise<(TrialPairs | null)[]> {
  const rates = requestRates.map((requestRate) => ({
    requestRate,
    repeats: freshRepeats(),
    baseline: [] as RecordedTrial[],
    candidate: [] as RecordedTrial[],
    isGivenUp: false,
  }))
  const from = FIRST_PAIR[stage]
  for (let trial = from; trial < from + STAGE_PAIRS[stage]; trial++) {
    const order = trial % 2 === 0 ? (['baseline', 'candidate'] as const) : (['candidate', 'baseline'] as const)
    for (const side of order) {
      for (const rate of rates.filter(({ isGivenUp }) => !isGivenUp)) {
        const { requestRate, repeats } = rate
        const recorded = await send({ side, requestRate, trial, repeats })
        if (recorded === null) rate.isGivenUp = true
        else rate[side].push(recorded)
      }
    }
  }
  return rates.map(({ isGivenUp, baseline, candidate }) => (isGivenUp ? null : { baseline, candidate }))
}
