import { binomialCdf } from './min-requests.ts'

/** Ranks from 1, in ascending order of the samples; null where no sample of that size can bound that side. */
export interface RankBounds {
  readonly lo: number | null
  readonly hi: number | null
}

/**
 * Which of `n` independent samples bound the `q` quantile (0.99 for P99), each side with `confidence`, whatever the law:
 *
 *     hi = smallest s with P(Binomial(n, q) <= s - 1) >= confidence      the quantile is at most the s-th sample
 *     lo = largest r with P(Binomial(n, q) <= r - 1) <= 1 - confidence   the quantile is at least the r-th sample
 *
 * Below 299 samples nothing bounds a P99 from above at 0.95, so `hi` is null. David and Nagaraja, "Order Statistics",
 * 3rd edition, section 7.1.
 */
export function rankBounds(n: number, q: number, confidence = 0.95): RankBounds {
  const below = (rank: number): number => binomialCdf(rank - 1, n, q)
  const hi = firstRank(n, (rank) => below(rank) >= confidence)
  const lo = (firstRank(n, (rank) => below(rank) > 1 - confidence) ?? n + 1) - 1
  return { lo: lo === 0 ? null : lo, hi }
}

/** The smallest rank from 1 to n for which `holds`, which holds for all above once it does; null when it never does. */
function firstRank(n: number, holds: (rank: number) => boolean): number | null {
  let low = 1
  let high = n + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low > n ? null : low
}
