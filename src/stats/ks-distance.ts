/**
 * The Kolmogorov-Smirnov statistic of two samples: the largest vertical distance between their empirical distribution
 * functions, 0 for the same values, 1 for samples that do not overlap. Null when one of them is empty.
 *
 * Differences of up to `tolerance` on the axis do not count (as in the metric of Lévy): with many equal values in one
 * sample, the smallest jitter of the other would else be a distance of 0.5.
 *
 * Smirnov, Bull. Math. Univ. Moscou 2 (1939). Only the distance: its usual p-value takes independent samples.
 */
export function ksDistance(a: readonly number[], b: readonly number[], tolerance = 0): number | null {
  if (a.length === 0 || b.length === 0) return null
  const left = Float64Array.from(a).sort()
  const right = Float64Array.from(b).sort()
  return Math.max(excess(left, right, tolerance), excess(right, left, tolerance))
}

/** How far the distribution function of `a`, moved up the axis by `shift`, rises above that of `b`; both sorted. */
function excess(a: Float64Array, b: Float64Array, shift: number): number {
  let highest = 0
  let below = 0
  for (const [i, value] of a.entries()) {
    while (below < b.length && b[below]! <= value + shift) below++
    highest = Math.max(highest, (i + 1) / a.length - below / b.length)
  }
  return highest
}
