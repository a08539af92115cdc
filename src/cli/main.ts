#!/usr/bin/env node
import { styleText } from 'node:util'
import { ENDING_SIGNALS, outliveTerminal } from '../base/ending-signals.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { BenchError } from '../base/errors.ts'
import { packageInfo } from '../base/package-info.ts'
import type { CommandIo } from './command-io.ts'
import { canary } from './canary.ts'
import { exportReport } from './export.ts'
import { fit } from './fit.ts'
import { history } from './history.ts'
import { replay } from './replay.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { simulate } from './simulate.ts'

const USAGE = `vitest-llm-bench <command> [options]

Commands
  run <framework>                  send one load to one server, and judge it
  simulate <framework>[:variant]   serve a simulated engine over HTTP
  replay <case.sse...>             serve recorded answers over HTTP, with faults
  fit <report.json> -o <file>      make a simulated engine of a measured server
  report <report.json...>          one HTML page of runs made at different times
  export <report.json> --format F  csv, vllm-json, openmetrics
  history [path...]                how each case changed over the versions of its server
  canary [report.json...]          does the regression gate see known faults in these runs?

Options
  --help       show this; after a command, show its options
  --version
`

const COMMANDS = new Map<string, (args: readonly string[], io: CommandIo) => void | Promise<void>>([
  ['run', run],
  ['simulate', simulate],
  ['replay', replay],
  ['fit', fit],
  ['report', report],
  ['export', exportReport],
  ['history', history],
  ['canary', canary],
])

const FALLBACK_COLUMNS = 120

/** Exit status of a command line that cannot be understood. */
const BAD_USAGE = 2

process.exitCode = await main(process.argv.slice(2))

async function main([command, ...args]: string[]): Promise<number> {
  if (command === '--version') return print(packageInfo().version)
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') return print(USAGE)
  const start = COMMANDS.get(command)
  if (start === undefined) {
    process.stderr.write(`There is no command "${command}". ${didYouMean(command, [...COMMANDS.keys()])}\n\n${USAGE}`)
    return BAD_USAGE
  }
  try {
    await start(args, terminal())
    return 0
  } catch (error) {
    if (!(error instanceof BenchError)) throw error
    process.stderr.write(`${error.message}\n`)
    return error.code === 'bad-command' || error.code === 'bad-profile' ? BAD_USAGE : 1
  }
}

function terminal(): CommandIo {
  const interrupted = new AbortController()
  for (const signal of ENDING_SIGNALS) {
    process.once(signal, () => {
      outliveTerminal()
      interrupted.abort()
    })
  }
  return {
    print: (line) => void print(line),
    width: terminalWidth(),
    color: styleText('red', '.') !== '.',
    signal: interrupted.signal,
    env: process.env,
  }
}

function terminalWidth(): number {
  const columns = process.stdout.columns ?? Number(process.env['COLUMNS'])
  return columns > 0 ? columns : FALLBACK_COLUMNS
}

function print(text: string): 0 {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return 0
}
