import type { ParseArgsOptionsConfig } from 'node:util'
import { renderHistory } from '../../reporters/history-table.ts'
import { renderHistoryPage } from '../../reporters/html/render-history.ts'
import { caseHistories, changesOf, type CaseHistory } from '../baseline/history-series.ts'
import { BenchError } from '../base/errors.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import type { CommandIo } from './command-io.ts'
import { parseCommand } from './parse-command.ts'
import { appendHistory, readHistory } from './read-history.ts'

const HISTORY_USAGE = `vitest-llm-bench history [path...] [options]

Shows how each case changed over the versions of its server, and where. A path is a history, a report.json, a result of
vllm bench serve --save-result, or a folder of them; default: bench-results/history.jsonl.

  --add F        first record the runs of a report, or a result of vllm bench serve, in the history; may be repeated
  --to F         the history to record in; default: bench-results/history.jsonl
  --metric M     a metric to show, such as tpot.p99; may be repeated. Default: P50 and P99 of
                 ttft and tpot, e2eLatency.p50, and outputThroughput where all requests came at once
  --html F       the same as a page: a plot for each case and metric, without network
  --gate         end with status 1 when a metric got worse for good (a suspected change does not fail)
  --since V      with --gate: only changes at the version V or later
`

const DEFAULT_FILE = 'bench-results/history.jsonl'
const LATENCIES = ['ttft.p50', 'ttft.p99', 'tpot.p50', 'tpot.p99', 'e2eLatency.p50'] as const

/** Records and prints histories. Throws BenchError on bad arguments and files, and `regressed` where `--gate` fails. */
export function history(args: readonly string[], io: Pick<CommandIo, 'print' | 'width' | 'color'>): void {
  if (args.includes('--help')) return io.print(HISTORY_USAGE)
  const { paths, add, to, metrics, html, gate, since } = readArgs(args)
  for (const path of add) record(path, to, io)
  const entries = (paths.length > 0 ? paths : [to]).flatMap((path) => readHistory(path).entries)
  if (entries.length === 0) {
    throw new BenchError('There is nothing in this history.', {
      code: 'no-data',
      remedy: 'Record a run: vitest-llm-bench history --add bench-results/report.json.',
    })
  }
  const histories = caseHistories(entries)
  const shown = metrics.length > 0 ? metrics : defaultMetrics(histories)
  io.print(renderHistory(histories, { metrics: shown, width: io.width, color: io.color }))
  if (html !== undefined) {
    writeAtomically(html, renderHistoryPage(histories, { metrics: shown }))
    io.print(`Written to ${html}.`)
  }
  if (gate) requireNoneWorse(histories, shown, since)
}

function record(path: string, to: string, io: Pick<CommandIo, 'print'>): void {
  const { entries, leftOut } = readHistory(path)
  const added = appendHistory(to, entries)
  const known = entries.length - added
  io.print(`${to}: ${added} recorded from ${path}${known > 0 ? `, ${known} known already` : ''}.`)
  for (const { case: name, reason } of leftOut) io.print(`Left out: ${name}: ${reason}.`)
}

function defaultMetrics(histories: readonly CaseHistory[]): string[] {
  return histories.some(({ requestRate }) => requestRate === null) ? [...LATENCIES, 'outputThroughput'] : [...LATENCIES]
}

function requireNoneWorse(
  histories: readonly CaseHistory[],
  metrics: readonly string[],
  since: string | undefined,
): void {
  const from = since === undefined ? '' : firstRecording(histories, since)
  const worse = histories.flatMap((each) =>
    metrics
      .flatMap((metric) => changesOf(each, metric))
      .filter(({ certainty, direction }) => certainty === 'confirmed' && direction === 'worse')
      .filter(({ index }) => (each.versions[index]?.recordedAt ?? '') >= from),
  )
  if (worse.length === 0) return
  throw new BenchError(`${worse.length === 1 ? 'One metric' : `${worse.length} metrics`} got worse for good.`, {
    code: 'regressed',
    remedy: 'See the marks above; accept what you know of with --since and the version after it.',
  })
}

/** When a version was first recorded, in any case. */
function firstRecording(histories: readonly CaseHistory[], version: string): string {
  const versions = histories.flatMap((each) => each.versions)
  const [first] = versions
    .filter((each) => each.version === version)
    .map(({ recordedAt }) => recordedAt)
    .sort()
  if (first !== undefined) return first
  throw new BenchError(`There is no version ${version} in this history.`, {
    code: 'bad-command',
    remedy: `It has ${[...new Set(versions.map((each) => each.version))].join(', ')}.`,
  })
}

const OPTIONS = {
  add: { type: 'string', multiple: true, default: [] },
  to: { type: 'string', default: DEFAULT_FILE },
  metric: { type: 'string', multiple: true, default: [] },
  html: { type: 'string' },
  gate: { type: 'boolean', default: false },
  since: { type: 'string' },
} satisfies ParseArgsOptionsConfig

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, HISTORY_USAGE)
  return { ...values, paths: positionals, metrics: values.metric }
}
