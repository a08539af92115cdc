import type { PerSecond } from '../base/units.ts'

/** What is known of one rate: the objectives hold, do not, or the requests could show neither. */
export type RateVerdict = 'pass' | 'fail' | 'inconclusive'

export interface CapacitySearch {
  /** The first rate to try; the search goes up or down from there. */
  readonly from: PerSecond
  /** Not searched beyond. */
  readonly to: PerSecond
  /** Neighbouring rates that were tried around each end of the answer are at most this share apart: 0.1. */
  readonly resolution: number
}

export interface Capacity {
  /** The highest rate that was shown to hold; null when none was. It lies below `lowestFail`, above which nothing is tried. */
  readonly highestPass: PerSecond | null
  /** The lowest rate that was shown not to hold; null when none was, up to `to`. */
  readonly lowestFail: PerSecond | null
  /** In the order in which they were tried, each once. */
  readonly tried: readonly { readonly rate: PerSecond; readonly verdict: RateVerdict }[]
}

/** Below this share of `from` a server is not slow but broken. */
const LOWEST_SHARE = 1 / 64
/** So many open rates in a row, going down, say that the sample is too small: a lower rate would not help. */
const MOST_OPEN = 2

/**
 * The interval that holds the highest rate at which objectives are met. It takes them to hold below some rate and not above it.
 *
 * First the search doubles the rate until one fails, because only a rate that was shown not to hold bounds the capacity from
 * above; where none passed by then, it halves until one does. Then it bisects, on the logarithm of the rate, the gap above
 * the highest rate that passed and the gap below the lowest that failed. Rates between the two that could not be settled
 * are left in the interval. Rates have three digits.
 */
export async function searchCapacity(
  { from, to, resolution }: CapacitySearch,
  judge: (rate: PerSecond) => Promise<RateVerdict>,
): Promise<Capacity> {
  const tried: { rate: PerSecond; verdict: RateVerdict }[] = []
  const look = async (rate: PerSecond): Promise<RateVerdict> => {
    const verdict = await judge(rate)
    tried.push({ rate, verdict })
    return verdict
  }

  for (let rate = from; (await look(Math.min(rate, to))) !== 'fail' && rate < to;) rate = threeDigits(rate * 2)
  for (let rate = from / 2; !anyPassed(tried) && rate >= from * LOWEST_SHARE; rate /= 2) {
    await look(threeDigits(rate))
    if (isHopeless(tried)) break
  }
  for (let middle = widestGap(tried, resolution); middle !== null; middle = widestGap(tried, resolution)) {
    await look(middle)
  }
  return { ...ends(tried), tried }
}

function ends(tried: Capacity['tried']): Pick<Capacity, 'highestPass' | 'lowestFail'> {
  const ratesThat = (word: RateVerdict): PerSecond[] =>
    tried.filter(({ verdict }) => verdict === word).map(({ rate }) => rate)
  const [passed, failed] = [ratesThat('pass'), ratesThat('fail')]
  return {
    highestPass: passed.length === 0 ? null : Math.max(...passed),
    lowestFail: failed.length === 0 ? null : Math.min(...failed),
  }
}

/** The rate in the middle of the widest gap at either end of the interval; null where both are narrow enough. */
function widestGap(tried: Capacity['tried'], resolution: number): PerSecond | null {
  const { highestPass, lowestFail } = ends(tried)
  if (highestPass === null) return null
  const above = tried.map(({ rate }) => rate).filter((rate) => rate > highestPass)
  const below = lowestFail === null ? [] : tried.map(({ rate }) => rate).filter((rate) => rate < lowestFail)
  const gaps = [
    ...(above.length === 0 ? [] : [[highestPass, Math.min(...above)] as const]),
    ...(below.length === 0 || lowestFail === null ? [] : [[Math.max(...below), lowestFail] as const]),
  ]
  const wide = gaps
    .filter(([low, high]) => high / low > 1 + resolution)
    .map(([low, high]) => ({ width: high / low, middle: threeDigits(Math.sqrt(low * high)), low, high }))
    .filter(({ middle, low, high }) => middle > low && middle < high)
    .toSorted((a, b) => b.width - a.width)
  return wide[0]?.middle ?? null
}

function anyPassed(tried: Capacity['tried']): boolean {
  return ends(tried).highestPass !== null
}

function isHopeless(tried: Capacity['tried']): boolean {
  return tried.slice(-MOST_OPEN).every(({ verdict }) => verdict === 'inconclusive')
}

function threeDigits(rate: PerSecond): PerSecond {
  return Number(rate.toPrecision(3))
}
