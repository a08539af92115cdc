/** The percentiles and moments an objective may speak of. */
export const STATISTICS = ['mean', 'min', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const
export type Statistic = (typeof STATISTICS)[number]
