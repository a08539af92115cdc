import { percent } from '../metrics/percent.ts'
import { metricPath } from '../metrics/find-metric.ts'
import { formatLimit } from '../metrics/format-value.ts'
import type { Calibration, ClientFacts } from '../report.ts'
import { invalid } from '../verdict/make.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'
import { objectives, type Objective } from './objectives.ts'
import type { Slo } from './slo.ts'

/**
 * Whether the client that measured a run is good enough for these objectives: an `invalid` verdict for each metric whose
 * tightest limit is not far above the client's own error at P99 (`maxErrorShare` of it is the most). Nothing is said where there
 * is no calibration: the run says so.
 */
export function judgeClient({ calibration, maxErrorShare }: ClientFacts, slo: Slo): ValidityVerdict[] {
  if (calibration === null) return []
  const tightest = new Map<string, Objective>()
  for (const objective of objectives(slo).toSorted((a, b) => b.limit - a.limit)) {
    tightest.set(objective.metric.id, objective)
  }
  return [...tightest.values()].flatMap((objective) => {
    const error = errorOf(objective, calibration)
    const limit = maxErrorShare * objective.limit
    if (error === null || error <= limit) return []
    const { streams, eventsPerSecond } = calibration
    const name = metricPath(objective.metric, objective.statistic)
    const facts =
      `The client itself adds ${error.toFixed(2)} ms at P99 (${streams} streams, ${eventsPerSecond.toFixed(0)} events/s), ` +
      `${percent(error / objective.limit)} of the limit ${formatLimit(objective.limit, 'ms')} of ${name} ` +
      `(${percent(maxErrorShare)} is the most). Send from more threads (\`threads\`), from a bigger or less busy machine, from another host than the server's, or fewer streams.`
    const about = { objective: name, share: maxErrorShare }
    return [invalid({ reason: 'client-error', facts, observed: error, limit, about })]
  })
}

/** At P99; null for what is no time of a server. */
function errorOf({ metric }: Objective, calibration: Calibration): number | null {
  if (metric.kind === 'number' || metric.clientError === null) return null
  return calibration[metric.clientError].p99
}
