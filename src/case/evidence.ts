import { BenchError } from '../base/errors.ts'
import type { ServingRun } from './serving-run.ts'

/** A run that nobody judged fails all the same when nothing was served. */
export function requireEvidence({ completed, failed, report }: ServingRun): void {
  if (completed > 0) return
  const [first] = report.errors
  const example = first === undefined ? '' : ` (${first.kind}: ${first.example})`
  throw new BenchError(`${report.case}: none of ${failed} requests completed${example}.`, {
    code: 'no-data',
    remedy: 'See whether the server is up and serves this model.',
  })
}

/** Objectives that were handed to `load` and never asserted would look like a gate and be none. */
export function requireJudgement({ report }: ServingRun): void {
  if (report.verdicts.some(({ kind }) => JUDGES_OBJECTIVES.has(kind))) return
  throw new BenchError(`${report.case}: \`load\` was given an slo, and no assertion judged it.`, {
    code: 'bad-slo',
    remedy: 'Add expect(run).toMeetSlo(slo): in `load` it only says which requests count as goodput.',
  })
}

const JUDGES_OBJECTIVES: ReadonlySet<string> = new Set(['objective', 'capacity', 'server', 'assertion'])
