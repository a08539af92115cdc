import type { CapacityVerdict } from './verdict.ts'
import type { VerdictText } from './verdict-text.ts'

/** The interval that holds the capacity; `observed` is its lower end, null where no rate was shown to hold. */
export function capacityText({ min, highestPass, lowestFail, tried, told }: CapacityVerdict): VerdictText {
  const found = `${intervalOf({ highestPass, lowestFail, tried })} (${tried.length} rates tried)`
  const isHeld = min === null || (highestPass !== null && highestPass >= min)
  return {
    objective: min === null ? 'capacity' : `capacity >= ${min} req/s`,
    observed: highestPass,
    limit: min,
    message: told ?? (isHeld ? found : `${found}; at least ${min} were asked for`),
  }
}

function intervalOf({
  highestPass,
  lowestFail,
  tried,
}: Pick<CapacityVerdict, 'highestPass' | 'lowestFail' | 'tried'>): string {
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
