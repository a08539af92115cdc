import { isFill } from '../record.ts'
import { measuredRecords } from '../metrics/fill.ts'
import { seconds } from '../metrics/seconds.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/**
 * The fill ended before an answer took its time: the first measured requests found a batch that was emptier than that of the
 * others. They are in the numbers, because what is left out after a run depends on the server.
 *
 *     short if   first measured due - first due  <  median E2E of the measured requests
 */
export function shortFill({ records, metrics: { e2eLatency } }: Pick<TrialFacts, 'records' | 'metrics'>): TrialDoubt[] {
  const [first] = records
  const measured = measuredRecords(records)
  const [firstMeasured] = measured
  if (first === undefined || firstMeasured === undefined || !isFill(first) || e2eLatency === null) return []
  const lasted = firstMeasured.dueAt - first.dueAt
  if (e2eLatency.p50 <= lasted) return []
  const early = measured.filter(({ dueAt }) => dueAt - first.dueAt < e2eLatency.p50).length
  const message = `Requests filled the batch for ${seconds(lasted)}, and a median answer took ${seconds(e2eLatency.p50)}: the first ${early} of ${measured.length} measured requests found the server emptier than the others.`
  return [{ code: 'short-fill', message }]
}
