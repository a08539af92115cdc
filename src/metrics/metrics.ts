import * as z from 'zod'
import { CATALOG, type CatalogMetric } from './catalog.ts'

/** The metrics that a report holds; one that follows from others is none of them. */
type StoredMetric = Exclude<CatalogMetric, { readonly schema: null }>

export const STORED_METRICS = CATALOG.filter((metric): metric is StoredMetric => metric.schema !== null)

type MetricsShape = { readonly [M in StoredMetric as M['id']]: M['schema'] }

/** The numbers of a run, by the ids of their metrics. The definitions are in this folder, one file each. */
export const Metrics = z.object(
  Object.fromEntries(STORED_METRICS.map(({ id, schema }) => [id, schema])) as unknown as MetricsShape,
)
export type Metrics = z.infer<typeof Metrics>
