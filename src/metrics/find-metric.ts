import { CATALOG } from './catalog.ts'
import type { Metric } from './metric.ts'
import type { Statistic } from './statistic.ts'

/** The metric of a name such as `ttft`, `ttft.p99` or `goodput`; undefined when there is none. */
export function findMetric(path: string): Metric | undefined {
  const [id] = path.split('.')
  return CATALOG.find((metric) => metric.id === id)
}

/** `ttft.p99`, `errorRate`: how a number is called in an SLO and in every export. */
export function metricPath({ id }: Pick<Metric, 'id'>, statistic: Statistic | null): string {
  return statistic === null ? id : `${id}.${statistic}`
}
