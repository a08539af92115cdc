import { studentTQuantile } from './student-t.ts'
import { mean, variance } from './variance.ts'

/** The least for blocks longer than sqrt(n): fewer say too little of how much shares vary. */
const FEWEST_LONG_BLOCKS = 10

/**
 * How many requests are worth one independent request, when those that share a queue exceed a level together; at least 1.
 *
 * `trials` says of every request, in arrival order, whether it exceeded the level. The share is taken in time blocks of
 * consecutive requests and in whole trials; where it varies more than independent requests would make it, the requests
 * are clustered by so much:
 *
 *     blocks = var(block shares) / (p (1-p) / blocksize)     trials = var(trial shares) / (p (1-p) / n)
 *     deff   = max(1, 1 + t^2 (blocks - 1), trials)
 *
 * for blocks of sqrt(n) requests, and of n/10 and n/4 where there are ten of them: a queue that takes minutes to relax
 * shows only in long ones. p is the overall share, the variances have n - 1 in the denominator. t is the 95 % quantile of
 * Student's law over that of the normal one, because B blocks know the variance with B - 1 degrees of freedom only. A
 * trial's last requests that fill no block count for p only. For trials of unequal length n is their mean. Without two
 * blocks or two trials that term says nothing, and without any request (or with every request) over the level there is
 * nothing to measure: 1.
 *
 * Kish, "Survey Sampling" (1965), section 5.4; the correction is Korn and Graubard's, Survey Methodology 24 (1998).
 */
export function designEffect(trials: readonly (readonly boolean[])[]): number {
  const overall = share(trials.flat())
  const independent = overall * (1 - overall)
  if (independent === 0) return 1
  const length = mean(trials.map((trial) => trial.length))
  const inflation = (shares: readonly number[], size: number): number => variance(shares) / (independent / size)
  const ofBlocks = [Math.sqrt(length), length / 10, length / 4].map((exact, i) => {
    const size = Math.max(1, Math.round(exact))
    const shares = blockShares(trials, size)
    if (shares.length < (i === 0 ? 2 : FEWEST_LONG_BLOCKS)) return 1
    return 1 + correction(shares.length - 1) * (inflation(shares, size) - 1)
  })
  return Math.max(1, ...ofBlocks, trials.length < 2 ? 1 : inflation(trials.map(share), length))
}

function blockShares(trials: readonly (readonly boolean[])[], size: number): number[] {
  return trials.flatMap((trial) =>
    Array.from({ length: Math.floor(trial.length / size) }, (_, i) => share(trial.slice(i * size, (i + 1) * size))),
  )
}

function correction(df: number): number {
  return (studentTQuantile(0.95, df) / NORMAL_95) ** 2
}

const NORMAL_95 = 1.6448536269514722

function share(over: readonly boolean[]): number {
  return over.filter(Boolean).length / over.length
}
