import type { BenchReport, CaseReport } from '../src/report.ts'
import { caseVerdict } from '../src/verdict/case-verdict.ts'
import { byCause, isGate, isImprovement } from '../src/verdict/kinds.ts'
import type { Verdict, VerdictWord } from '../src/verdict/verdict.ts'
import { objectivePath } from '../src/verdict/objective-words.ts'
import { formatCount, formatShare } from './units.ts'

/** The objectives that were missed (or could not be judged because the run is invalid): what turns a build red. Causes first. */
export function violations(row: CaseReport): Verdict[] {
  return verdictsThat(row, 'fail', 'invalid')
}

/** The verdicts of a case that are one of these words, causes first. */
export function verdictsThat({ verdicts }: CaseReport, ...words: readonly VerdictWord[]): Verdict[] {
  return byCause(verdicts.filter(({ verdict }) => words.includes(verdict)))
}

/** What became of the objective on a number such as `ttft.p99`, if it did not pass. */
export function doubtOn({ verdicts }: CaseReport, path: string): 'fail' | 'inconclusive' | null {
  const words = verdicts.flatMap((verdict) =>
    verdict.kind === 'objective' && objectivePath(verdict) === path ? [verdict.verdict] : [],
  )
  return (['fail', 'inconclusive'] as const).find((word) => words.includes(word)) ?? null
}

/** The report in one computed sentence: `17 cases: 12 pass, 4 fail, 1 did not run`. */
export function summarize({ cases, failedCases }: BenchReport): string {
  const words = cases.map(caseVerdict)
  const parts = (['pass', 'fail', 'invalid', 'inconclusive'] as const)
    .map((word) => ({ word: word as string, count: words.filter((each) => each === word).length }))
    .concat({
      word: `without objectives${failedUnjudged(cases)}`,
      count: words.filter((each) => each === 'unjudged').length,
    })
    .concat({ word: 'did not run', count: failedCases.length })
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
  const total = formatCount(cases.length + failedCases.length, 'case')
  return parts.length === 0 ? 'No case ran' : `${total}: ${parts.join(', ')}`
}

/** Nothing else but a footnote would say that requests of an unjudged case failed. */
function failedUnjudged(cases: readonly CaseReport[]): string {
  const unjudged = cases.filter((row) => caseVerdict(row) === 'unjudged')
  const failed = unjudged.reduce((sum, { metrics }) => sum + metrics.failed, 0)
  return failed === 0 ? '' : ` (${formatCount(failed, 'request')} failed)`
}

/** What became of all regression gates: `96 gates: 71 pass, 24 inconclusive, 1 FAIL; ...`. Null without one. */
export function summarizeGates({ cases, falseFailChance }: BenchReport): string | null {
  const gates = cases.flatMap(({ verdicts }) => verdicts.filter(isGate))
  if (gates.length === 0) return null
  const count = (...words: VerdictWord[]): number => gates.filter(({ verdict }) => words.includes(verdict)).length
  const counts = `${count('pass')} pass, ${count('inconclusive')} inconclusive, ${count('fail', 'invalid')} FAIL`
  const better = gates.filter(isImprovement).length
  const improved = better === 0 ? '' : ` (${better} improved)`
  return `${formatCount(gates.length, 'gate')}: ${counts}${improved}; chance of any false FAIL at most ${formatShare(falseFailChance)}`
}
