import type { Verdict } from '../report.ts'

/** Exit code, table and JUnit must not disagree on it: where inconclusive is to fail, it does everywhere. */
export function failIfOpen(verdict: Verdict): Verdict {
  if (verdict.verdict !== 'inconclusive') return verdict
  return { ...verdict, verdict: 'fail', message: `${verdict.message}; inconclusive, which is set to fail` }
}
