import type { CaseReport } from '../report.ts'
import { invalid, undecided } from '../verdict/make.ts'
import { overrule, type Verdict } from '../verdict/verdict.ts'
import type { SettledCase } from './settle-gates.ts'

/** How the test of a case ended. */
export interface CaseEnding {
  /** `pending`: its worker died before it ended. */
  readonly test: 'passed' | 'failed' | 'skipped' | 'pending'
  /** What else failed in the test. */
  readonly assertions: readonly Verdict[]
  /** What the end of the file decided; null where it decided nothing. Undefined for a case that did not wait for that. */
  readonly settled: SettledCase | null | undefined
}

/** The report of a case whose test, and whose file, have ended. */
export function closeCase(report: CaseReport, { test, assertions, settled }: CaseEnding): CaseReport {
  const own = [...report.verdicts, ...(test === 'pending' ? [NOT_ENDED] : []), ...assertions]
  const isAsserted = settled !== undefined || own.some(({ kind }) => kind !== 'validity')
  const { verdicts, doubts } =
    settled === undefined ? { verdicts: [], doubts: [] } : (settled ?? { verdicts: [undecided()], doubts: [] })
  return {
    ...report,
    verdicts: [...(test === 'passed' ? excused(own, isAsserted) : own), ...verdicts],
    doubts: [...report.doubts, ...doubts],
  }
}

/** The verdict on the loads of a test whose worker died: what the test asserts of them is not known. */
const NOT_ENDED = invalid({
  reason: 'complete-test',
  facts: 'The worker died before the test ended: what it asserts was not judged.',
})

/**
 * The verdicts on a case of a test that passed although some are bad: Vitest's word decides, and the report says what it
 * passed over. Either the test judges nothing of an invalid run, or it is a `test.fails`, or it caught its assertion.
 */
function excused(verdicts: readonly Verdict[], isAsserted: boolean): Verdict[] {
  const by = isAsserted ? 'failure-expected' : 'not-asserted'
  return verdicts.map((verdict) =>
    verdict.verdict === 'fail' || verdict.verdict === 'invalid' ? overrule(verdict, by, 'inconclusive') : verdict,
  )
}
