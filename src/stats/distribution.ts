import type { Distribution } from '../report.ts'
import { quantile } from './quantile.ts'

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
  const sorted = Float64Array.from(samples).sort()
  // Sorting puts -Infinity first, Infinity and NaN last.
  if (!Number.isFinite(sorted[0]) || !Number.isFinite(sorted[count - 1])) {
    throw new RangeError(
      `A sample is not finite: the ${count} samples reach from ${sorted[0]} to ${sorted[count - 1]}.`,
    )
  }
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
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
