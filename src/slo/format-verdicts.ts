import { CATALOG } from '../metrics/catalog.ts'
import { invalidities } from '../metrics/invalidities.ts'
import { neverSent } from '../metrics/never-sent.ts'
import type { RunReport, Verdict, VerdictWord } from '../report.ts'
import { MS_PER_SECOND } from '../base/units.ts'
import { byCause, isServerLost } from './by-cause.ts'
import { formatValue } from './format-value.ts'

/** What the text is made of; any RunReport will do. */
export type FormattedRun = Pick<RunReport, 'target' | 'load' | 'metrics' | 'validity' | 'errors'>

/** `vllm @ 8 req/s`, `lmdeploy awq, all at once`. */
export function runLabel({ target, load }: Pick<RunReport, 'target' | 'load'>): string {
  const variant = target.variant === 'base' ? '' : ` ${target.variant}`
  return `${target.framework}${variant}${load.requestRate === null ? ', all at once' : ` @ ${load.requestRate} req/s`}`
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
export function formatVerdicts(run: FormattedRun, verdicts: readonly Verdict[]): string {
  const judged = verdicts.filter(({ kind }) => kind !== 'validity')
  const broken = verdicts.filter(({ verdict }) => verdict === 'fail')
  return [
    firstLine(run, verdicts),
    '',
    ...table(judged.map(cells)),
    '',
    ...requestLines(run),
    ...broken.flatMap(({ message }) => indented(message.split('\n').slice(1))),
  ].join('\n')
}

function firstLine(run: FormattedRun, verdicts: readonly Verdict[]): string {
  const invalid = invalidities([{ verdicts }])
  if (invalid.length > 0) {
    const causes = [...messages(verdicts.filter(isServerLost)), ...failures(run), ...messages(invalid)]
    return `${runLabel(run)} is invalid: ${causes.join(', ')}`
  }
  const broken = byCause(verdicts).filter(({ verdict }) => verdict === 'fail' || verdict === 'invalid')
  const total = `${verdicts.length} objective${verdicts.length === 1 ? '' : 's'}`
  if (broken.length > 0) return `${runLabel(run)} breaks ${broken.length} of ${total}: ${messages(broken).join(', ')}`
  const open = verdicts.filter(({ verdict }) => verdict === 'inconclusive')
  if (open.length > 0) return `${runLabel(run)} leaves ${open.length} of ${total} open: ${messages(open).join(', ')}`
  return `${runLabel(run)} meets ${verdicts.length === 1 ? 'its objective' : `all ${total}`}`
}

function messages(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ message }) => message.split('\n', 1)[0] ?? '')
}

/** Requests that failed are told before what may only follow from it. */
function failures({ metrics: { completed, failed }, errors }: FormattedRun): string[] {
  const [first] = errors
  if (failed === 0 || first === undefined) return []
  return [`${failed} of ${completed + failed} requests failed (${first.kind}: ${first.example})`]
}

function indented(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)]
}

const MARKS: { readonly [V in VerdictWord]: string } = { pass: '✓', fail: '✗', inconclusive: '?', invalid: '!' }

function cells({ kind, objective, verdict, observed, limit }: Verdict): string[] {
  // Its numbers are in its message.
  if (kind === 'baseline') return [MARKS[verdict], objective]
  const [name = '', sign, ...limitText] = objective.split(' ')
  const unit = CATALOG.find(({ id }) => id === name.split('.')[0])?.unit ?? 'ms'
  const excess = verdict === 'fail' && observed !== null && limit ? `(${excessOf(observed / limit)})` : ''
  return [
    MARKS[verdict],
    name,
    observed === null ? 'no data' : formatValue(observed, unit),
    `${sign === '<=' ? '≤' : '≥'} ${limitText.join(' ')}`,
    excess,
  ]
}

/** Names to the left, observed values to the right, so that their units stand below each other. */
function table(rows: readonly string[][]): string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = [0, 1, 2, 3].map(width)
  return rows.map(([mark = '', name = '', observed = '', limit = '', excess = '']) =>
    `  ${mark} ${name.padEnd(widths[1] ?? 0)}  ${observed.padStart(widths[2] ?? 0)}  ${limit.padEnd(widths[3] ?? 0)}  ${excess}`.trimEnd(),
  )
}

function requestLines(run: FormattedRun): string[] {
  const { errors } = run
  const { completed, failed, durationMs } = run.metrics
  const unsent = neverSent(run)
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
