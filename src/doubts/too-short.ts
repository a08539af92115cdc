import { measuredRecords } from '../metrics/fill.ts'
import { seconds } from '../metrics/seconds.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** A queue from idle takes its time to reach its level, and a stall its time to come: below this, length decides the numbers. */
const MIN_ARRIVALS_MS = 30_000
const MIN_ANSWERS_LONG = 10

/** The arrivals lasted less than 30 s, or less than ten median answers. Nothing is said of all at once. */
export function tooShort({
  load,
  records,
  metrics: { e2eLatency },
}: Pick<TrialFacts, 'load' | 'records' | 'metrics'>): TrialDoubt[] {
  const measured = measuredRecords(records)
  const [first, last] = [measured[0], measured.at(-1)]
  if (load.requestRate === null || first === undefined || last === undefined || e2eLatency === null) return []
  const arrivals = last.dueAt - first.dueAt
  const needed = Math.max(MIN_ARRIVALS_MS, MIN_ANSWERS_LONG * e2eLatency.p50)
  if (arrivals >= needed) return []
  const reason = needed > MIN_ARRIVALS_MS ? `${MIN_ANSWERS_LONG} median answers (${seconds(needed)})` : seconds(needed)
  const message = `Arrivals lasted ${seconds(arrivals)}, less than ${reason}: the numbers depend on the length of the run.`
  return [{ code: 'too-short', message }]
}
