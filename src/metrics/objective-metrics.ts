import { CATALOG, type CatalogMetric } from './catalog.ts'

/** A metric that an SLO may speak of. */
export type ObjectiveMetric = Exclude<CatalogMetric, { readonly objective: null }>
export type ObjectiveMetricId = ObjectiveMetric['id']

const all = CATALOG.filter((metric): metric is ObjectiveMetric => metric.objective !== null)

/** In the order in which verdicts and tables list them: the latencies first. */
export const OBJECTIVE_METRICS: readonly ObjectiveMetric[] = [
  ...all.filter(({ kind }) => kind === 'distribution'),
  ...all.filter(({ kind }) => kind === 'number'),
]

export const OBJECTIVE_METRIC_IDS: readonly ObjectiveMetricId[] = OBJECTIVE_METRICS.map(({ id }) => id)
