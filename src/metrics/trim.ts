import type { RequestRecord } from '../record.ts'
import { quantile } from '../stats/quantile.ts'

/**
 * How many requests at the start of a run to leave out of its metrics: those due within one median E2E of the first,
 * because the batch fills in that time and they found the server emptier than the others will.
 *
 * 0 where more than half would go: all at once, or a run that is too short to have a middle. Cutting the first tenth, or
 * whatever a rule like MSER-5 finds, moves a P99 more than this one does.
 */
export function countFilling(records: readonly RequestRecord[]): number {
  const answers = records.flatMap(({ outcome, endedAt, dueAt }) =>
    outcome.status === 'completed' ? [endedAt - dueAt] : [],
  )
  const first = records[0]
  if (first === undefined || answers.length === 0) return 0
  const filledAt = first.dueAt + quantile(Float64Array.from(answers).sort(), 0.5)
  const filling = records.filter(({ dueAt }) => dueAt <= filledAt).length
  return filling > records.length / 2 ? 0 : filling
}

/** The records behind the metrics: all but the first `trimmed`, of which those that failed stay, so that no failure is lost. */
export function withoutTrimmed(records: readonly RequestRecord[], trimmed: number): RequestRecord[] {
  return records.filter(({ outcome }, index) => index >= trimmed || outcome.status === 'failed')
}
