import { isServerLost } from './kinds.ts'
import type { Verdict, VerdictWord } from './verdict.ts'

/** The verdict on a case as a whole; `unjudged` when it had no objectives and no baseline. */
export type CaseVerdict = VerdictWord | 'unjudged'

/** A sign for each verdict, so that colour is never the only carrier. */
export const VERDICT_MARKS: Readonly<Record<CaseVerdict, string>> = {
  pass: '✓',
  fail: '✗',
  inconclusive: '?',
  invalid: '!',
  unjudged: '·',
}

/** Worst first. A run that cannot be trusted neither passes nor fails, so `invalid` outranks everything. */
const RANKING = ['invalid', 'fail', 'inconclusive', 'pass'] as const

/** The worst of the verdicts of a case. That its server was lost is beyond doubt, whatever else makes the run invalid. */
export function caseVerdict({ verdicts }: { readonly verdicts: readonly Verdict[] }): CaseVerdict {
  if (verdicts.some(isServerLost)) return 'fail'
  return RANKING.find((word) => verdicts.some(({ verdict }) => verdict === word)) ?? 'unjudged'
}
