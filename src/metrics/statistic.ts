/** The percentiles and moments an objective may speak of. */
export const STATISTICS = ['mean', 'min', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const
export type Statistic = (typeof STATISTICS)[number]

/** Where among the sorted values a statistic stands, in percent; a mean, which any endless value makes endless, at the end. */
export function percentOf(statistic: Statistic | null): number {
  switch (statistic) {
    case 'min':
      return 0
    case 'p50':
    case 'p75':
    case 'p90':
    case 'p95':
    case 'p99':
      return Number(statistic.slice(1))
    case 'mean':
    case 'max':
    case null:
      return 100
  }
}

/** Whether it is a percentile between the extremes: only of such can be said, with confidence, which share of requests exceeds it. */
export function isPercentile(statistic: Statistic | null): boolean {
  const percent = percentOf(statistic)
  return percent > 0 && percent < 100
}
