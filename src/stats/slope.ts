/** The slope of the least-squares line through `values` against their index; 0 for fewer than two. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  let products = 0
  let squares = 0
  for (const [i, value] of values.entries()) {
    products += (i - middle) * value
    squares += (i - middle) ** 2
  }
  return squares === 0 ? 0 : products / squares
}
