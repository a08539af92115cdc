import { BenchError } from '../base/errors.ts'
import { poolErrors } from './pool-validity.ts'
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

/** Objectives that were handed to `load` and never asserted would look like a gate and be none. */
export function requireJudgement({ report }: ServingRun): void {
  if (report.verdicts.some(({ kind }) => kind === 'slo')) return
  throw new BenchError(`${report.case}: \`load\` was given an slo, and no assertion judged it.`, {
    code: 'bad-slo',
    remedy: 'Add expect(run).toMeetSlo(slo): in `load` it only says which requests count as goodput.',
  })
}
