import type { Verdict } from '../report.ts'
import type { ServingRun } from './types.ts'

/** Why a run cannot be judged, all its trials together; empty when it can. */
export function invalidities({ reports }: ServingRun): Verdict[] {
  return reports.flatMap(({ verdicts }) =>
    verdicts.filter(({ kind, verdict }) => kind === 'validity' && verdict === 'invalid'),
  )
}
