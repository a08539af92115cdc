import { isGate, isImprovement } from '../src/baseline/gate-verdict.ts'
import type { CaseReport } from '../src/metrics/pool-trials.ts'
import type { Verdict, VerdictWord } from '../src/report.ts'
import { byCause, isServerLost } from '../src/slo/by-cause.ts'
import { firstLine, plainLine } from '../src/base/plain-text.ts'
import type { PooledReport } from './pool-cases.ts'
import { formatCount, formatShare } from './units.ts'

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

/** The worst of a run's verdicts. That its server was lost is beyond doubt, whatever else makes the run invalid. */
export function caseVerdict(run: CaseReport): CaseVerdict {
  if (run.verdicts.some(isServerLost)) return 'fail'
  return RANKING.find((word) => run.verdicts.some(({ verdict }) => verdict === word)) ?? 'unjudged'
}

/** The objectives that were missed (or could not be judged because the run is invalid): what turns a build red. Causes first. */
export function violations(run: CaseReport): Verdict[] {
  return verdictsThat(run, 'fail', 'invalid')
}

/** The verdicts of a run that are one of these words, causes first. */
export function verdictsThat({ verdicts }: CaseReport, ...words: readonly VerdictWord[]): Verdict[] {
  return byCause(verdicts.filter(({ verdict }) => words.includes(verdict)))
}

/** What became of the objective on a metric, if it did not pass: `ttft.p99` for `ttft.p99 < 400 ms`. */
export function doubtOn(run: CaseReport, metric: string): 'fail' | 'inconclusive' | null {
  const words = run.verdicts.filter(({ objective }) => leadingPath(objective) === metric).map(({ verdict }) => verdict)
  return (['fail', 'inconclusive'] as const).find((word) => words.includes(word)) ?? null
}

/** A verdict in one line: its message, after the objective where the message does not begin with what was measured. */
export function describeVerdict({ objective, message }: Verdict): string {
  const facts = firstLine(message)
  const path = leadingPath(objective)
  return path !== '' && facts.startsWith(path) ? facts : `${plainLine(objective)}: ${facts}`
}

/** The report in one computed sentence: `17 cases: 12 pass, 4 fail, 1 did not run`. */
export function summarize({ runs, failedCases }: PooledReport): string {
  const words = runs.map(caseVerdict)
  const parts = (['pass', 'fail', 'invalid', 'inconclusive'] as const)
    .map((word) => ({ word: word as string, count: words.filter((each) => each === word).length }))
    .concat({
      word: `without objectives${failedUnjudged(runs)}`,
      count: words.filter((each) => each === 'unjudged').length,
    })
    .concat({ word: 'did not run', count: failedCases.length })
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
  const total = formatCount(runs.length + failedCases.length, 'case')
  return parts.length === 0 ? 'No case ran' : `${total}: ${parts.join(', ')}`
}

/** Nothing else but a footnote would say that requests of an unjudged case failed. */
function failedUnjudged(runs: PooledReport['runs']): string {
  const unjudged = runs.filter((run) => caseVerdict(run) === 'unjudged')
  const failed = unjudged.reduce((sum, { metrics }) => sum + metrics.failed, 0)
  return failed === 0 ? '' : ` (${formatCount(failed, 'request')} failed)`
}

/** What became of all regression gates: `96 gates: 71 pass, 24 inconclusive, 1 FAIL; ...`. Null without one. */
export function summarizeGates({ runs, falseFailChance }: PooledReport): string | null {
  const gates = runs.flatMap(({ verdicts }) => verdicts.filter(isGate))
  if (gates.length === 0) return null
  const count = (...words: VerdictWord[]): number => gates.filter(({ verdict }) => words.includes(verdict)).length
  const counts = `${count('pass')} pass, ${count('inconclusive')} inconclusive, ${count('fail', 'invalid')} FAIL`
  const better = gates.filter(isImprovement).length
  const improved = better === 0 ? '' : ` (${better} improved)`
  return `${formatCount(gates.length, 'gate')}: ${counts}${improved}; chance of any false FAIL at most ${formatShare(falseFailChance)}`
}

/** What an objective speaks of: `ttft.p99` of `ttft.p99 <= 400 ms`; empty when it begins with no such word. */
export function leadingPath(objective: string): string {
  return /^[\w.]+/.exec(objective)?.[0] ?? ''
}
