import { inject } from 'vitest'
import type { Verdict } from '../report.ts'
import type { Slo } from '../slo/slo.ts'
import { inconclusiveFromEnvironment } from '../case/environment.ts'

/**
 * Verdicts as what is inconclusive is to be taken: as the SLO says, the environment, or the project. Exit code, table and JUnit
 * must not disagree on it: where inconclusive is to fail, it does everywhere.
 */
export function underPolicy(verdicts: readonly Verdict[], slo: Slo = {}): readonly Verdict[] {
  const policy = inconclusiveFromEnvironment(slo, process.env, inject('servingBench').inconclusive)
  return policy === 'fail' ? verdicts.map(failIfOpen) : verdicts
}

function failIfOpen(verdict: Verdict): Verdict {
  if (verdict.verdict !== 'inconclusive') return verdict
  return { ...verdict, verdict: 'fail', message: `${verdict.message}; inconclusive, which is set to fail` }
}
