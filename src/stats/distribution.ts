import * as z from 'zod'
import { quantile } from './quantile.ts'

/** Linear interpolation between order statistics (numpy's default, R type 7). `std` has n - 1 in its denominator. */
export const Distribution = z.object({
  mean: z.number(),
  std: z.number(),
  min: z.number(),
  p50: z.number(),
  p75: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
  count: z.int().nonnegative(),
})
export type Distribution = z.infer<typeof Distribution>

/**
 * Describes samples in any order; null when there are none, because no number describes nothing.
 *
 * Not tinybench's own statistics, though they agree to the last digit (see the test): tinybench computes them only by
 * running a task that reads the clock once for every sample, offers no P90 and P95, and replaces a sample that is
 * negative or not a number by a measured time instead of refusing it.
 *
 * RangeError when a sample is not finite. `std` is 0 for a single sample.
 */
export function distribution(samples: readonly number[] | Float64Array): Distribution | null {
  const count = samples.length
  if (count === 0) return null
  const sorted = ascending(samples)
  // Sorting puts -Infinity first, Infinity and NaN last.
  if (!Number.isFinite(sorted[0]) || !Number.isFinite(sorted[count - 1])) {
    throw new RangeError(
      `A sample is not finite: the ${count} samples reach from ${sorted[0]} to ${sorted[count - 1]}.`,
    )
  }
  let sum = 0
  for (const value of sorted) sum += value
  const mean = sum / count
  let squares = 0
  for (const value of sorted) squares += (value - mean) ** 2
  return {
    mean,
    std: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p75: quantile(sorted, 0.75),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
    count,
  }
}

/**
 * By their bits, which order as the numbers do as long as none has a sign: 5 million take 0.26 s instead of 0.51 s. A sign
 * comes last then, and the numbers are sorted anew.
 */
function ascending(samples: readonly number[] | Float64Array): Float64Array {
  const sorted = new Float64Array(samples)
  new BigUint64Array(sorted.buffer).sort()
  const last = sorted.at(-1)
  return last !== undefined && (last < 0 || Object.is(last, -0)) ? sorted.sort() : sorted
}
