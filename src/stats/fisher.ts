import { logBeta } from './log-gamma.ts'

/**
 * Fisher's exact test, one-sided: how often at least `after` of the hits fall on the second side when `before + after` hits
 * are dealt at random over `beforeTotal + afterTotal` draws. Counts are whole; hits do not exceed draws.
 *
 * Fisher, "Statistical Methods for Research Workers", 5th edition (1934), section 21.02.
 */
export function fisherUpperTail(before: number, beforeTotal: number, after: number, afterTotal: number): number {
  const hits = before + after
  const all = logChoose(beforeTotal + afterTotal, hits)
  let sum = 0
  for (let k = after; k <= Math.min(hits, afterTotal); k++) {
    sum += Math.exp(logChoose(afterTotal, k) + logChoose(beforeTotal, hits - k) - all)
  }
  return Math.min(1, sum)
}

/** ln of n over k. */
function logChoose(n: number, k: number): number {
  return -Math.log(n + 1) - logBeta(k + 1, n - k + 1)
}
