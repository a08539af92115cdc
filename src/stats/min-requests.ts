import { incompleteBeta } from './incomplete-beta.ts'

/**
 * How many independent requests it takes to show, with `confidence`, that a share `percentile` (0.99 for P99) of all
 * requests keeps a limit when `over` of those sent did not: the smallest N with
 *
 *     P(Binomial(N, 1 - percentile) <= over) <= 1 - confidence
 *
 * For `over` = 0 that is `ceil(ln(1 - confidence) / ln percentile)`: 299 for P99, 29 for P90.
 * The same number as MLPerf LoadGen's early stopping (h + t, tolerance 0). Requests that queue behind each other are
 * not independent, so it is the least that can do.
 */
export function requestsForPercentile(percentile: number, over = 0, confidence = 0.95): number {
  let requests = Math.max(over + 1, Math.ceil(Math.log(1 - confidence) / Math.log(percentile)))
  while (binomialCdf(over, requests, 1 - percentile) > 1 - confidence) requests++
  return requests
}

/** P(Binomial(n, share) <= k) = I_(1-share)(n - k, k + 1); 0 < share < 1 and 0 <= k <= n. */
export function binomialCdf(k: number, n: number, share: number): number {
  return k >= n ? 1 : incompleteBeta(1 - share, n - k, k + 1)
}
