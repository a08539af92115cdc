import type { Verdict } from '../report.ts'
import type { PerSecond } from '../base/units.ts'
import type { Capacity } from './search-capacity.ts'

/**
 * The verdict on a search for the capacity, with the interval that holds it in words. `observed` is the lower end, null where
 * no rate was shown to hold.
 *
 * With `min` it passes where a rate of at least `min` holds, and fails where one of at most `min` does not. Without, it
 * passes where the search found both ends, and fails where no rate holds. Everything else is inconclusive.
 */
export function judgeCapacity(capacity: Capacity, min: PerSecond | undefined): Verdict {
  const { highestPass, lowestFail, tried } = capacity
  const told = `${intervalOf(capacity)} (${tried.length} rates tried)`
  const common = { kind: 'slo' as const, observed: highestPass, limit: min ?? null }
  if (min === undefined) return { ...common, objective: 'capacity', verdict: boundedVerdict(capacity), message: told }
  const objective = `capacity >= ${min} req/s`
  if (highestPass !== null && highestPass >= min) return { ...common, objective, verdict: 'pass', message: told }
  const verdict = lowestFail !== null && lowestFail <= min ? 'fail' : 'inconclusive'
  return { ...common, objective, verdict, message: `${told}; at least ${min} were asked for` }
}

function boundedVerdict({ highestPass, lowestFail, tried }: Capacity): Verdict['verdict'] {
  if (lowestFail === null) return 'inconclusive'
  if (highestPass !== null) return 'pass'
  return tried.every(({ verdict }) => verdict === 'fail') ? 'fail' : 'inconclusive'
}

function intervalOf({ highestPass, lowestFail, tried }: Capacity): string {
  const rates = tried.map(({ rate }) => rate)
  const open = tried.filter(({ rate, verdict }) => verdict === 'inconclusive' && rate > (highestPass ?? 0)).length
  const unsettled =
    open === 0 ? '' : `; ${open} of the rates tried could not be settled, for which each look needs more requests`
  if (highestPass === null) {
    const below = lowestFail === null ? 'capacity unknown' : `capacity below ${lowestFail} req/s`
    return `${below}: no rate was shown to hold, down to ${Math.min(...rates)} req/s${unsettled}`
  }
  if (lowestFail === null) {
    return `capacity at least ${highestPass} req/s and not bounded: no rate up to ${Math.max(...rates)} req/s was shown not to hold${unsettled}`
  }
  return `capacity between ${highestPass} req/s, which holds, and ${lowestFail}, which does not${unsettled}`
}
