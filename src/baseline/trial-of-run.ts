import { measuredRequests } from '../metrics/measured-requests.ts'
import type { RunReport } from '../report.ts'
import type { Ms } from '../units.ts'
import type { Trial } from './trial.ts'

/** The measured requests of one run as one side of a pair. BenchError `bad-report` where its columns are cut. */
export function trialOfRun(run: RunReport): Trial {
  const { ttft, tpot, e2eLatency } = measuredRequests(run)
  return {
    seed: run.load.seed + run.load.trial,
    ttft: ttft.map(orNan),
    tpot: tpot.map(orNan),
    e2eLatency: e2eLatency.map(orNan),
  }
}

const orNan = (time: Ms | null): number => time ?? NaN
