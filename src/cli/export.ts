import { renderCsv } from '../../reporters/csv.ts'
import { renderOpenMetrics } from '../../reporters/openmetrics.ts'
import { toVllmResult } from '../baseline/vllm-result.ts'
import { BenchError } from '../base/errors.ts'
import type { BenchReport } from '../report.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import type { CommandIo } from './command-io.ts'
import { parseCommand } from './parse-command.ts'
import { readReport } from './read-report.ts'

const EXPORT_USAGE = `vitest-llm-bench export <report.json> --format <format> [options]

Writes the cases of a report in the format of another tool.

  --format F     csv           one line for each run
                 vllm-json     as vllm bench serve --save-result; several trials one on a line, as with --append-result
                 openmetrics   gauges for a Pushgateway
  -o, --out F    the file; default: standard output
`

const FORMATS: ReadonlyMap<string, (report: BenchReport) => string> = new Map([
  ['csv', renderCsv],
  ['vllm-json', renderVllmJson],
  ['openmetrics', renderOpenMetrics],
])

/** Prints or writes a report in another format. Throws BenchError on bad arguments and reports. */
export function exportReport(args: readonly string[], io: Pick<CommandIo, 'print'>): void {
  if (args.includes('--help')) return io.print(EXPORT_USAGE)
  const { report, render, out } = readArgs(args)
  const text = render(readReport(report))
  if (out === undefined) return io.print(text)
  writeAtomically(out, text)
  io.print(`Written to ${out}.`)
}

function renderVllmJson({ cases }: BenchReport): string {
  const results = cases.flatMap((report) => report.trials.map((trial) => toVllmResult(report, trial)))
  return results.map((result) => `${JSON.stringify(result)}\n`).join('')
}

const OPTIONS = { format: { type: 'string' }, out: { type: 'string', short: 'o' } } as const

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, EXPORT_USAGE)
  const [report, ...rest] = positionals
  const render = FORMATS.get(values.format ?? '')
  if (report === undefined || rest.length > 0 || render === undefined)
    throw new BenchError(`export takes one report, and --format ${[...FORMATS.keys()].join(', ')}.`, {
      code: 'bad-command',
      remedy: EXPORT_USAGE,
    })
  return { report, render, out: values.out }
}
