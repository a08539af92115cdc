import type { Verdict } from '../report.ts'

/** Why runs cannot be judged, those of all trials together; empty when they can. */
export function invalidities(reports: readonly { readonly verdicts: readonly Verdict[] }[]): Verdict[] {
  return reports.flatMap(({ verdicts }) =>
    verdicts.filter(({ kind, verdict }) => kind === 'validity' && verdict === 'invalid'),
  )
}
