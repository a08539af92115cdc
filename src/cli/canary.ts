import type { ParseArgsOptionsConfig } from 'node:util'
import { flyCanaries, type CanaryFlight, type Margins, type RecordedCase } from '../baseline/canary.ts'
import { recordedTrial } from '../baseline/recorded-trial.ts'
import { BenchError } from '../base/errors.ts'
import type { CaseReport } from '../report.ts'
import type { CommandIo } from './command-io.ts'
import { parseCommand } from './parse-command.ts'
import { readReport } from './read-report.ts'

const DEFAULT_REPORT = 'bench-results/report.json'

const CANARY_USAGE = `vitest-llm-bench canary [report.json...] [options]

Injects known faults into the recorded runs, one case at a time, and asks the regression gate about each. Status 1 when
the gate misses one, or is red without any. A report is ${DEFAULT_REPORT} unless named.

Options
  --margin "TPOT typical=0.2"   a margin that your bench files set; repeat it for others
`

/** The canary command. BenchError `bad-command`, `bad-report` and `no-data`; `gate-broken` when the gate is wrong once. */
export async function canary(args: readonly string[], io: Pick<CommandIo, 'print'>): Promise<void> {
  const { paths, margins } = readArgs(args)
  const cases = recordedCases(paths.flatMap((path) => readReport(path).cases))
  const trials = cases.reduce((sum, one) => sum + one.trials.length, 0)
  io.print(`${counted(cases.length, 'case')}, ${counted(trials, 'recorded trial')}: one fault in one case at a time\n`)
  const flights = await flyCanaries(cases, margins)
  for (const flight of flights) io.print(flightLines(flight))

  const wrong = flights.flatMap(({ results }) => results).filter(({ isRight }) => !isRight).length
  if (wrong > 0) {
    throw new BenchError(`\nThe gate was wrong ${wrong === 1 ? 'once' : `${wrong} times`}.`, {
      code: 'gate-broken',
      remedy: 'Do not trust it with these cases: give them more requests, or narrower margins.',
    })
  }
  io.print('\nThe gate saw every fault, and nothing where nothing was.')
}

/** `✓ TPOT 10 % longer   16 of 16` and the first words of the gate; every case that it got wrong. */
function flightLines({ says, results }: CanaryFlight): string {
  const wrong = results.filter(({ isRight }) => !isRight)
  const right = results.length - wrong.length
  const shown = wrong.length > 0 ? wrong : results.slice(0, 1)
  const mark = wrong.length > 0 ? '✗' : '✓'
  return [`${mark} ${says}: ${right} of ${results.length} right`, ...shown.map(({ message }) => `    ${message}`)].join(
    '\n',
  )
}

function recordedCases(reports: readonly CaseReport[]): RecordedCase[] {
  if (reports.length === 0)
    throw new BenchError('There is no case in the report.', { code: 'no-data', remedy: 'Run `vitest bench` first.' })
  return reports.map(({ target, load, trials }, i) => ({
    id: String(i),
    framework: target.framework,
    requestRate: load.requestRate,
    trials: trials.map(recordedTrial),
  }))
}

const OPTIONS = { margin: { type: 'string', multiple: true, default: [] } } satisfies ParseArgsOptionsConfig

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, CANARY_USAGE)
  const margins: Margins = Object.fromEntries(values.margin.map(readMargin))
  return { paths: positionals.length > 0 ? positionals : [DEFAULT_REPORT], margins }
}

function readMargin(text: string): [gate: string, share: number] {
  const [gate, share, ...rest] = text.split('=')
  if (gate !== undefined && share !== undefined && share.trim() !== '' && rest.length === 0)
    return [gate.trim(), Number(share)]
  throw new BenchError(`--margin "${text}" is not a gate and its share.`, { code: 'bad-command', remedy: CANARY_USAGE })
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
