import { percent } from '../metrics/percent.ts'
import type { Calibration, ClientFacts, Verdict } from '../report.ts'
import { formatLimit } from './format-value.ts'
import { objectiveName, objectives, type Objective } from './objectives.ts'
import type { Slo } from './slo.ts'

/**
 * Whether the client that measured a run is good enough for these objectives: an `invalid` verdict for each metric whose
 * tightest limit is not far above the client's own error at P99 (`maxErrorShare` of it is the most). The end of an answer is
 * read as its first event is, so E2E has the error of TTFT. Nothing is said where there is no calibration: the run says so.
 */
export function judgeClient({ calibration, maxErrorShare }: ClientFacts, slo: Slo): Verdict[] {
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
    const name = objectiveName(objective)
    const message =
      `The client itself adds ${error.toFixed(2)} ms at P99 (${streams} streams, ${eventsPerSecond.toFixed(0)} events/s), ` +
      `${percent(error / objective.limit)} of the limit ${formatLimit(objective.limit, 'ms')} of ${name} ` +
      `(${percent(maxErrorShare)} is the most). Send from more threads (\`threads\`), from a bigger or less busy machine, from another host than the server's, or fewer streams.`
    const asked = `client error <= ${percent(maxErrorShare)} of ${name}`
    return [{ kind: 'validity', objective: asked, verdict: 'invalid', observed: error, limit, message }]
  })
}

/** At P99; null for what is no time of a server. */
function errorOf({ metric: { id } }: Objective, { ttft, itl, tpot }: Calibration): number | null {
  switch (id) {
    case 'ttft':
    case 'e2eLatency':
      return ttft.p99
    case 'itl':
      return itl.p99
    case 'tpot':
      return tpot.p99
    default:
      return null
  }
}
