import { atRate } from '../base/rate-text.ts'
import { MS_PER_SECOND } from '../base/units.ts'
import { targetLabel } from '../frameworks/target.ts'
import { formatValue } from '../metrics/format-value.ts'
import { neverSent } from '../metrics/never-sent.ts'
import type { CaseReport } from '../report.ts'
import { VERDICT_MARKS } from '../verdict/case-verdict.ts'
import { invalidities } from '../verdict/invalidities.ts'
import { byCause, isServerLost } from '../verdict/kinds.ts'
import { limitText, objectivePath, unitOf } from '../verdict/objective-words.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'

/** What the text is made of; any report of a case will do. */
export type FormattedCase = Pick<CaseReport, 'target' | 'load' | 'trials' | 'metrics' | 'validity' | 'errors'>

/** `vllm @ 8 req/s`, `lmdeploy awq, all at once`. */
export function runLabel({ target, load }: Pick<CaseReport, 'target' | 'load'>): string {
  return atRate(targetLabel({ ...target, version: null }), load.requestRate)
}

/**
 * The text of a failed assertion: the facts in the first line, for JUnit and annotations, then all verdicts as a table,
 * what became of the requests, why some failed, and what the messages of broken objectives say in further lines. Reads
 * the same for SLO and baseline verdicts.
 *
 *     vllm @ 8 req/s breaks 2 of 3 objectives: ttft.p50 60.4 ms > 20 ms, ttft.p99 72.7 ms > 30 ms
 *
 *       ✗ ttft.p50  60.4 ms  ≤ 20 ms  (+201.9 %)
 *       ✗ ttft.p99  72.7 ms  ≤ 30 ms  (+142.4 %)
 *       ✓ tpot.p99  8.11 ms  ≤ 50 ms
 *
 *       39/40 requests in 2.2 s, 1 failed
 *         1 x connect: ECONNREFUSED 127.0.0.1:8000
 */
export function formatVerdicts(report: FormattedCase, verdicts: readonly Verdict[]): string {
  const broken = verdicts.filter(({ verdict }) => verdict === 'fail')
  return [
    heading(report, verdicts),
    '',
    ...table(verdicts.flatMap(row)),
    '',
    ...requestLines(report),
    ...broken.flatMap((verdict) => indented(inWords(verdict).message.split('\n').slice(1))),
  ].join('\n')
}

function heading(report: FormattedCase, verdicts: readonly Verdict[]): string {
  const label = runLabel(report)
  const invalid = invalidities({ verdicts })
  if (invalid.length > 0) {
    const causes = [...firstLines(verdicts.filter(isServerLost)), ...failures(report), ...firstLines(invalid)]
    return `${label} is invalid: ${causes.join(', ')}`
  }
  const broken = byCause(verdicts).filter(({ verdict }) => verdict === 'fail' || verdict === 'invalid')
  const total = `${verdicts.length} objective${verdicts.length === 1 ? '' : 's'}`
  if (broken.length > 0) return `${label} breaks ${broken.length} of ${total}: ${firstLines(broken).join(', ')}`
  const open = verdicts.filter(({ verdict }) => verdict === 'inconclusive')
  if (open.length > 0) return `${label} leaves ${open.length} of ${total} open: ${firstLines(open).join(', ')}`
  return `${label} meets ${verdicts.length === 1 ? 'its objective' : `all ${total}`}`
}

function firstLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.map((verdict) => inWords(verdict).message.split('\n', 1)[0] ?? '')
}

/** Requests that failed are told before what may only follow from it. */
function failures({ metrics: { completed, failed }, errors }: FormattedCase): string[] {
  const [first] = errors
  if (failed === 0 || first === undefined) return []
  return [`${failed} of ${completed + failed} requests failed (${first.kind}: ${first.example})`]
}

function indented(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)]
}

/** The cells of a verdict in the table; none for what is told elsewhere in the text. */
function row(verdict: Verdict): string[][] {
  const mark = VERDICT_MARKS[verdict.verdict]
  switch (verdict.kind) {
    case 'validity':
    case 'schedule':
      return []
    case 'objective': {
      const { observed, limit, metric } = verdict
      const excess =
        verdict.verdict === 'fail' && observed !== null && limit > 0 ? `(${excessOf(observed / limit)})` : ''
      const sign = limitText(verdict).replace('<=', '≤').replace('>=', '≥')
      const value = observed === null ? 'no data' : formatValue(observed, unitOf(metric))
      return [[mark, objectivePath(verdict), value, sign, excess]]
    }
    case 'regression':
    case 'baseline':
    case 'capacity':
    case 'server':
    case 'assertion':
      // Its numbers are in its message.
      return [[mark, inWords(verdict).objective]]
  }
}

/** Names to the left, observed values to the right, so that their units stand below each other. */
function table(rows: readonly string[][]): string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = [0, 1, 2, 3].map(width)
  return rows.map(([mark = '', name = '', observed = '', limit = '', excess = '']) =>
    `  ${mark} ${name.padEnd(widths[1] ?? 0)}  ${observed.padStart(widths[2] ?? 0)}  ${limit.padEnd(widths[3] ?? 0)}  ${excess}`.trimEnd(),
  )
}

function requestLines(report: FormattedCase): string[] {
  const { errors } = report
  const { completed, failed, durationMs } = report.metrics
  const unsent = neverSent(report)
  return [
    `  ${completed}/${completed + failed + unsent} requests in ${(durationMs / MS_PER_SECOND).toFixed(1)} s, ${failed} failed${unsent > 0 ? `, ${unsent} never sent` : ''}`,
    ...errors.map(({ kind, count, example }) => `    ${count} x ${kind}: ${example}`),
  ]
}

/** `+17.2 %`; from ten times the limit on, a factor says more. */
function excessOf(ratio: number): string {
  return ratio >= 10 ? `${ratio.toPrecision(3)} times the limit` : `${signed(100 * (ratio - 1))} %`
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`
}
