/** Means of `count` blocks of consecutive values, sized as equally as can be; at least `count` values. */
export function blockMeans(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((values.length * i) / count)
    const to = Math.floor((values.length * (i + 1)) / count)
    return values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from)
  })
}
