import type { PerSecond } from '../base/units.ts'
import type { CapacityVerdict } from '../verdict/verdict.ts'
import type { Capacity } from './search-capacity.ts'

/**
 * The verdict on a search for the capacity.
 *
 * With `min` it passes where a rate of at least `min` holds, and fails where one of at most `min` does not. Without, it
 * passes where the search found both ends, and fails where no rate holds. Everything else is inconclusive.
 */
export function judgeCapacity(capacity: Capacity, min: PerSecond | undefined): CapacityVerdict {
  const { highestPass, lowestFail, tried } = capacity
  const verdict = min === undefined ? boundedVerdict(capacity) : verdictAt(capacity, min)
  const found = { highestPass, lowestFail, tried: [...tried], told: null }
  return { kind: 'capacity', verdict, overruled: null, min: min ?? null, ...found }
}

function verdictAt({ highestPass, lowestFail }: Capacity, min: PerSecond): CapacityVerdict['verdict'] {
  if (highestPass !== null && highestPass >= min) return 'pass'
  return lowestFail !== null && lowestFail <= min ? 'fail' : 'inconclusive'
}

function boundedVerdict({ highestPass, lowestFail, tried }: Capacity): CapacityVerdict['verdict'] {
  if (lowestFail === null) return 'inconclusive'
  if (highestPass !== null) return 'pass'
  return tried.every(({ verdict }) => verdict === 'fail') ? 'fail' : 'inconclusive'
}
