import { BenchError } from '../base/errors.ts'
import { poolErrors } from '../metrics/pool-trials.ts'
import type { ServingRun } from './serving-run.ts'

/** A run that nobody judged fails all the same when nothing was served. */
export function requireEvidence({ completed, failed, report, reports }: ServingRun): void {
  if (completed > 0) return
  const [first] = poolErrors(reports)
  const example = first === undefined ? '' : ` (${first.kind}: ${first.example})`
  throw new BenchError(`${report.case}: none of ${failed} requests completed${example}.`, {
    code: 'no-data',
    remedy: 'See whether the server is up and serves this model.',
  })
}
