import { mean, variance } from './variance.ts'

/**
 * How many requests are worth one independent request, when those that share a queue exceed a level together; at least 1.
 *
 * `trials` says of every request, in arrival order, whether it exceeded the level. The share is taken in time blocks of
 * about sqrt(n) consecutive requests and in whole trials; where it varies more than independent requests would make it,
 * the requests are clustered by so much:
 *
 *     deff = max(1, var(block shares) / (p (1-p) / blocksize), var(trial shares) / (p (1-p) / n))
 *
 * p is the overall share, the variances have n - 1 in the denominator. A trial's last requests that fill no block count
 * for p only. For trials of unequal length n is their mean. Without two blocks or two trials that term says nothing, and
 * without any request (or with every request) over the level there is nothing to measure: 1.
 *
 * Kish, "Survey Sampling" (1965), section 5.4.
 */
export function designEffect(trials: readonly (readonly boolean[])[]): number {
  const overall = share(trials.flat())
  const independent = overall * (1 - overall)
  if (independent === 0) return 1
  const length = mean(trials.map((trial) => trial.length))
  const blockSize = Math.round(Math.sqrt(length))
  const blocks = trials.flatMap((trial) =>
    Array.from({ length: Math.floor(trial.length / blockSize) }, (_, i) =>
      share(trial.slice(i * blockSize, (i + 1) * blockSize)),
    ),
  )
  const inflation = (shares: readonly number[], size: number): number =>
    shares.length < 2 ? 1 : variance(shares) / (independent / size)
  return Math.max(1, inflation(blocks, blockSize), inflation(trials.map(share), length))
}

function share(over: readonly boolean[]): number {
  return over.filter(Boolean).length / over.length
}
