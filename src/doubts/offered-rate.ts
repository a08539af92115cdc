import { measuredRecords } from '../metrics/fill.ts'
import type { PerSecond } from '../base/units.ts'
import { percent } from '../metrics/percent.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** What was offered may be off by this share, either way, before a row says so. */
const TOLERANCE = 0.05

/**
 * Whether the rate that a row states is the rate that its server got.
 *
 *     offered = sendings a second; where they have no rate, arrivals a second of the schedule
 *
 * `rate-exceeded` above 105 % of the rate asked for; `rate-not-reached` below 95 % of it, or where less than 95 % of what
 * the schedule had was sent. A schedule is off where its gaps are left to chance (`vllm-0.4.1`) or were recorded; the
 * sendings are off where the client, or its cap of concurrency, held back. Of a part of the schedule the rate is left to chance,
 * and a run that was cut short is not judged.
 */
export function offeredRate(trial: Pick<TrialFacts, 'load' | 'result' | 'records' | 'validity'>): TrialDoubt[] {
  const { requestRate, arrival } = trial.load
  const { sentRate, dueRate } = trial.validity.stimulus
  const requests = measuredRecords(trial.records).length
  if (requestRate === null || requests < 2 || trial.result.aborted) return []
  if (dueRate === null) {
    const message = `All ${requests} requests were due at once (${arrival}) where ${rate(requestRate)} were asked for.`
    return [{ code: 'rate-exceeded', message }]
  }
  const offered = sentRate ?? dueRate
  if (Math.abs(offered / requestRate - 1) > TOLERANCE) {
    const message = `${rate(offered)} were offered where ${rate(requestRate)} were asked for (${percent(offered / requestRate)}); the schedule (${arrival}) had ${rate(dueRate)}.`
    return [{ code: offered > requestRate ? 'rate-exceeded' : 'rate-not-reached', message }]
  }
  if (offered >= (1 - TOLERANCE) * dueRate) return []
  const message = `${rate(offered)} were sent where ${rate(dueRate)} were due (${percent(offered / dueRate)}).`
  return [{ code: 'rate-not-reached', message }]
}

function rate(value: PerSecond): string {
  return `${value.toFixed(2)} requests/s`
}
