import type { Verdict } from '../report.ts'
import type { Inconclusive } from '../slo/slo.ts'

/**
 * Verdicts with what is inconclusive as the policy takes it. Exit code, table and JUnit must not disagree on it: where
 * inconclusive is to fail, it does everywhere.
 */
export function underPolicy(verdicts: readonly Verdict[], policy: Inconclusive): readonly Verdict[] {
  return policy === 'fail' ? verdicts.map(failIfOpen) : verdicts
}

function failIfOpen(verdict: Verdict): Verdict {
  if (verdict.verdict !== 'inconclusive') return verdict
  return { ...verdict, verdict: 'fail', message: `${verdict.message}; inconclusive, which is set to fail` }
}
