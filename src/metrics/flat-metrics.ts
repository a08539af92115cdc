import type { Metrics } from '../report.ts'

/** `ttft.p99` and the like with their values, in the order of the schema; what was not measured is left out. */
export function flatMetrics(metrics: Metrics): [string, number][] {
  return Object.entries(metrics).flatMap(([name, value]): [string, number][] => {
    if (value === null) return []
    if (typeof value === 'number') return [[name, value]]
    return Object.entries(value).map(([statistic, each]) => [`${name}.${statistic}`, each])
  })
}
