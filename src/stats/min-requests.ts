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

/** P(Binomial(n, share) <= k), summed term by term; 0 < share < 1 and k <= n. */
export function binomialCdf(k: number, n: number, share: number): number {
  let logTerm = n * Math.log1p(-share)
  let sum = Math.exp(logTerm)
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(share) - Math.log1p(-share)
    sum += Math.exp(logTerm)
  }
  return sum
}
