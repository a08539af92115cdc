import { decodeRequests } from '../metrics/columns.ts'
import type { Trial as ReportedTrial } from '../report.ts'
import type { Ms } from '../base/units.ts'
import type { Trial } from './trial.ts'

/** A trial with every request that was measured, and what its workload was. */
export interface RecordedTrial extends Trial {
  /** SHA-256 of its prompts, lengths and offsets. */
  readonly digest: string
}

/**
 * A trial without what filled the batch, so that the same index is the same request in any other trial of the workload,
 * however long the batch of each took to fill. BenchError `bad-report` where the report's columns are cut.
 */
export function recordedTrial({ seed, digest, requests, validity }: ReportedTrial): RecordedTrial {
  const { ttft, tpot, e2eLatency } = decodeRequests(requests)
  const measured = (times: readonly (Ms | null)[]): Ms[] =>
    times.slice(validity.warmup.trimmed).map((time) => time ?? NaN)
  return { seed, digest, ttft: measured(ttft), tpot: measured(tpot), e2eLatency: measured(e2eLatency) }
}
