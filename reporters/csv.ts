import { plainLine } from '../src/base/plain-text.ts'
import { flatMetrics } from '../src/metrics/flat-metrics.ts'
import { inputTokensByServer } from '../src/metrics/prompt-parity.ts'
import type { BenchReport, CaseReport, Trial } from '../src/report.ts'
import { caseVerdict } from '../src/verdict/case-verdict.ts'
import { inWords } from '../src/verdict/words.ts'
import { groupCases } from './groups.ts'
import { onlyWritable } from './only-writable.ts'

/**
 * One line for each trial and one for each case that did not run, under one heading line: RFC 4180, UTF-8, CRLF, a point
 * for decimals. Numbers are those of the trial, the verdict is that of its case. Names are those of the report (`ttft.p99`, ms;
 * `requestThroughput`, 1/s); an empty field is no value.
 *
 * Foreign text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
export function renderCsv(report: BenchReport): string {
  const { cases, failedCases } = onlyWritable(report)
  const sorted = groupCases(cases).flatMap((group) => group.cases)
  const rows = sorted.flatMap((row) => row.trials.map((trial) => trialRow(row, trial)))
  const failed = failedCases.map(
    ({ case: name, framework, message }): Row =>
      new Map([
        ['case', name],
        ['framework', framework],
        ['verdict', 'did not run'],
        ['message', message],
      ]),
  )
  const all = [...rows, ...failed]
  const heads = [...new Set(all.flatMap((row) => [...row.keys()]))]
  const lines = all.map((row) => heads.map((head) => field(row.get(head) ?? null)))
  return [heads.map(field), ...lines].map((fields) => `${fields.join(',')}\r\n`).join('')
}

type Row = ReadonlyMap<string, string | number | boolean | null>

function trialRow(row: CaseReport, trial: Trial): Row {
  const { target, load, environment } = row
  const { metrics, validity } = trial
  const failures = row.verdicts.filter(({ verdict }) => verdict !== 'pass').map((verdict) => inWords(verdict).message)
  const doubts = row.doubts.filter((doubt) => doubt.trial === null || doubt.trial === trial.trial)
  return new Map<string, string | number | boolean | null>([
    ['case', row.case],
    ['framework', target.framework],
    ['version', target.version],
    ['variant', target.variant],
    ['model', target.model],
    ['url', target.url],
    ['simulated', target.simulated],
    ['estimate', target.estimate],
    ['requestRate', load.requestRate ?? 'inf'],
    ['numPrompts', load.numPrompts],
    ['warmup', validity.warmup.sent],
    ['fill', validity.warmup.trimmed],
    ['arrival', load.arrival],
    ['dataset', load.dataset],
    ['maxConcurrency', load.maxConcurrency],
    ['seed', load.seed],
    ['trial', trial.trial],
    ['digest', trial.digest],
    ['countedBy', load.countedBy],
    ['inputTokensByServer', inputTokensByServer(trial)],
    ['cachedPromptShare', validity.cachedPromptShare],
    ['startedAt', environment.startedAt],
    ['verdict', caseVerdict(row)],
    ['message', [...failures, ...doubts.map(({ message }) => message)].join('; ')],
    ...flatMetrics(metrics),
  ])
}

const FORMULA = /^[=+\-@\t\r]/

function field(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const line = plainLine(value)
  const text = FORMULA.test(line) ? `'${line}` : line
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
