import { BenchError } from '../base/errors.ts'
import { shortSamples } from '../slo/judge-slo.ts'
import type { ResolvedCase } from './resolve-case.ts'
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

/** A run of which no judge has said anything, but for its validity and schedule, needs evidence. */
export function requireEvidenceOrJudgement(run: ServingRun): void {
  if (run.report.verdicts.every(({ kind }) => kind === 'validity' || kind === 'schedule')) requireEvidence(run)
}

/** BenchError `bad-slo` for a load that cannot end otherwise than inconclusive, where that is to fail: it is not sent. */
export function refuseShortSample({ name, load: { numPrompts, trials }, slo }: ResolvedCase): void {
  if (slo?.inconclusive !== 'fail') return
  const [short] = shortSamples(numPrompts * trials, slo)
  if (short === undefined) return
  throw new BenchError(`${name} was not sent: ${short}, and inconclusive is set to fail.`, {
    code: 'bad-slo',
    remedy: 'Raise numPrompts or trials, or state a lower percentile.',
  })
}
