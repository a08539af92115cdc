/**
 * The value below which a share `q` (0 to 1) of the samples lies, by linear interpolation between order statistics:
 * numpy's default, R type 7, what vLLM and tinybench compute.
 *
 *     rank = (n - 1) q        value = x[floor] + (rank - floor) (x[floor + 1] - x[floor])
 *
 * `sorted` is ascending and not empty; an empty one is a mistake of the caller and throws RangeError.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return valueAtRank(sorted, (sorted.length - 1) * q)
}

/** The value at a fractional rank from 0, interpolated between its two neighbours. RangeError outside the samples. */
export function valueAtRank(sorted: ArrayLike<number>, rank: number): number {
  const floor = Math.floor(rank)
  const lower = sorted[floor]
  const upper = sorted[Math.ceil(rank)]
  if (lower === undefined || upper === undefined) {
    throw new RangeError(`Rank ${rank} lies outside ${sorted.length} samples.`)
  }
  return lower + (rank - floor) * (upper - lower)
}
