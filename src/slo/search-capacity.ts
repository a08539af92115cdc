import type { PerSecond } from '../units.ts'

/** What is known of one rate: the objectives hold, do not, or the requests could show neither. */
export type RateVerdict = 'pass' | 'fail' | 'inconclusive'

export interface CapacitySearch {
  /** The first rate to try; the search goes up or down from there. */
  readonly from: PerSecond
  /** Not searched beyond. */
  readonly to: PerSecond
  /** The search ends when the highest passing rate and the next rate that does not pass are this share apart: 0.1. */
  readonly resolution: number
}

export interface Capacity {
  /** The highest rate that passed; null when none did. */
  readonly highestPass: PerSecond | null
  /** The lowest rate above it that failed; null when none did up to `to`. */
  readonly lowestFail: PerSecond | null
  /** In the order in which they were tried. */
  readonly tried: readonly { readonly rate: PerSecond; readonly verdict: RateVerdict }[]
}

/** Below this share of `from` a server is not slow but broken. */
const LOWEST_SHARE = 1 / 64
const MOST_OPEN = 2

/**
 * The highest rate that meets objectives, by a bracketing search: doubles while rates pass, halves while they do not, then
 * bisects on the logarithm of the rate. Rates have three digits.
 *
 * It takes the objectives to hold below a rate and not above it. The interval from `highestPass` to `lowestFail` holds the
 * capacity; rates in it that were tried are inconclusive.
 */
export async function searchCapacity(
  { from, to, resolution }: CapacitySearch,
  judge: (rate: PerSecond) => Promise<RateVerdict>,
): Promise<Capacity> {
  const tried: { rate: PerSecond; verdict: RateVerdict }[] = []
  const passes = async (rate: PerSecond): Promise<boolean> => {
    const verdict = await judge(rate)
    tried.push({ rate, verdict })
    return verdict === 'pass'
  }

  let low: PerSecond | null = null
  let high: PerSecond | null = null
  for (let rate = from; ; rate = threeDigits(rate * 2)) {
    const capped = Math.min(rate, to)
    if (!(await passes(capped))) {
      high = capped
      break
    }
    low = capped
    if (capped === to) break
  }
  for (let rate = from / 2; low === null && rate >= from * LOWEST_SHARE && !isHopeless(tried); rate /= 2) {
    const lower = threeDigits(rate)
    if (await passes(lower)) low = lower
    else high = lower
  }
  while (low !== null && high !== null && high / low > 1 + resolution) {
    const middle = threeDigits(Math.sqrt(low * high))
    if (middle <= low || middle >= high) break
    if (await passes(middle)) low = middle
    else high = middle
  }
  const failed = tried.filter(({ rate, verdict }) => verdict === 'fail' && rate > (low ?? 0)).map(({ rate }) => rate)
  return { highestPass: low, lowestFail: failed.length === 0 ? null : Math.min(...failed), tried }
}

/** Where two rates in a row could be neither shown nor refuted, the sample is too small, and a lower rate would not help. */
function isHopeless(tried: Capacity['tried']): boolean {
  return tried.length >= MOST_OPEN && tried.slice(-MOST_OPEN).every(({ verdict }) => verdict === 'inconclusive')
}

function threeDigits(rate: PerSecond): PerSecond {
  return Number(rate.toPrecision(3))
}
