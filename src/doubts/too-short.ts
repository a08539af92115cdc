import { distribution } from '../stats/distribution.ts'
import { e2eLatency } from '../metrics/e2e-latency.ts'
import { measuredRecords } from '../metrics/fill.ts'
import { seconds } from '../metrics/seconds.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** A queue from idle takes its time to reach its level, and a stall its time to come: below this, length decides the numbers. */
const MIN_ARRIVALS_MS = 30_000
const MIN_ANSWERS_LONG = 10

/** The arrivals lasted less than 30 s, or less than ten median answers. Nothing is said of all at once. */
export function tooShort({ load, records }: Pick<TrialFacts, 'load' | 'records'>): TrialDoubt[] {
  const measured = measuredRecords(records)
  const [first, last] = [measured[0], measured.at(-1)]
  const answers = distribution(measured.flatMap((record) => e2eLatency.samples(record)))
  if (load.requestRate === null || first === undefined || last === undefined || answers === null) return []
  const arrivals = last.dueAt - first.dueAt
  const needed = Math.max(MIN_ARRIVALS_MS, MIN_ANSWERS_LONG * answers.p50)
  if (arrivals >= needed) return []
  const reason = needed > MIN_ARRIVALS_MS ? `${MIN_ANSWERS_LONG} median answers (${seconds(needed)})` : seconds(needed)
  const message = `Arrivals lasted ${seconds(arrivals)}, less than ${reason}: the numbers depend on the length of the run.`
  return [{ code: 'too-short', message }]
}
