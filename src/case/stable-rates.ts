import type { PerSecond } from '../base/units.ts'
import { queueOf } from './growing-queue.ts'
import type { ServingRun } from './serving-run.ts'

/** What is known of the rates that targets can hold, for the words about a queue that kept growing. */
export interface StableRates {
  note(run: ServingRun): void
  /** The highest rate at which the queue of the run's target was seen not to grow; null when none was. */
  highest(run: ServingRun): PerSecond | null
}

export function createStableRates(): StableRates {
  const rates = new Map<string, PerSecond>()
  const keyOf = ({ report }: ServingRun): string => JSON.stringify(report.target)
  return {
    note(run) {
      const { requestRate } = run.report.load
      if (requestRate === null || queueOf(run).state !== 'stable') return
      rates.set(keyOf(run), Math.max(requestRate, rates.get(keyOf(run)) ?? 0))
    },
    highest: (run) => rates.get(keyOf(run)) ?? null,
  }
}
