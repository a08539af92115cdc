import { BenchError } from '../base/errors.ts'
import type { BenchReport, CaseReport, TargetFacts } from '../report.ts'
import { frameworksOf } from '../frameworks/catalog.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { profileText, readProfileFile } from '../simulator/profile-file.ts'
import type { Tokens } from '../base/units.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import type { CommandIo } from './command-io.ts'
import { type Fit, fitProfile } from './fit-profile.ts'
import { measuredRun, type MeasuredRun } from './measured-run.ts'
import { parseCommand } from './parse-command.ts'
import { readReport } from './read-report.ts'

const FIT_USAGE = `vitest-llm-bench fit <report.json> -o <profile.json> [options]

Makes the profile of a simulated engine that behaves like the server in the report. The report needs runs of one target
at two request rates or more, for instance at a tenth and at two thirds of what the server can do.

  -o, --out F      the profile is written here
  --target T       which of the report's targets: vllm, vllm:awq
  --base B         the engine to start from, by its name or its file; default: the simulated one of this target. Its
                   scheduler and its KV cache are kept: they are known, not measured
`

/** Fits a profile to a report and prints the residuals. Throws BenchError on bad arguments and unusable reports. */
export function fit(args: readonly string[], io: Pick<CommandIo, 'print'>): void {
  if (args.includes('--help')) return io.print(FIT_USAGE)
  const { report, out, target, base } = readArgs(args)
  const cases = casesOf(readReport(report), target)
  const { framework, variant, model, version } = cases[0]!.target
  const start = base === undefined ? findBase(framework, variant) : readBase(base)
  const result = fitProfile(start, cases.flatMap(measuredRuns), templateTokens(framework, start))
  const profile: EngineProfile = {
    ...result.profile,
    variant,
    version: version ?? start.version,
    model: model ?? start.model,
    estimate: cases.some((each) => each.target.estimate),
  }
  writeAtomically(out, profileText(profile))
  io.print(residualTable(result))
  io.print(`Written to ${out}: vitest-llm-bench simulate --profile ${out}`)
}

/** One for each trial that had an answer. */
function measuredRuns(report: CaseReport): MeasuredRun[] {
  return report.trials.filter(({ metrics }) => metrics.completed > 0).map((trial) => measuredRun(report, trial))
}

/** The cases of one target, at two rates at least. */
function casesOf({ cases }: BenchReport, wanted: string | undefined): CaseReport[] {
  const names = [...new Set(cases.map(({ target }) => nameOf(target)))]
  const chosen = wanted === undefined ? names : names.filter((name) => name === wanted || name.startsWith(`${wanted}:`))
  const [name] = chosen
  if (name === undefined)
    throw unusable(
      wanted === undefined
        ? 'The report has no run.'
        : `The report has no run of ${wanted}, only of ${names.join(', ')}.`,
    )
  if (chosen.length > 1)
    throw new BenchError(`The report has runs of ${chosen.join(', ')}.`, {
      code: 'bad-command',
      remedy: `Choose one of them, for instance --target ${name}.`,
    })
  const ofTarget = cases.filter(({ target }) => nameOf(target) === name)
  const answered = ofTarget.filter(({ metrics }) => metrics.completed > 0)
  if (answered.length === 0) throw unusable(`No request of ${name} was answered.`)
  const rates = new Set(answered.map(({ load }) => load.requestRate))
  if (rates.size < 2)
    throw unusable(`The report has runs of ${name} at one request rate only, which fits many different engines.`)
  return answered
}

function unusable(what: string): BenchError {
  return new BenchError(what, {
    code: 'no-data',
    remedy: 'Fit with a report of two rates or more: a low one, and one at which requests share the batch.',
  })
}

const nameOf = ({ framework, variant }: TargetFacts): string => `${framework}:${variant}`

function findBase(framework: string, variant: string): EngineProfile {
  try {
    return findProfile(framework, variant)
  } catch (cause) {
    throw new BenchError(`There is no simulated engine of ${framework}:${variant} to start from.`, {
      code: 'bad-profile',
      remedy: 'Name the most similar one, for instance --base vllm:base.',
      cause,
    })
  }
}

function readBase(base: string): EngineProfile {
  if (base.endsWith('.json')) return readProfileFile(base)
  const [framework = '', variant] = base.split(':')
  return findProfile(framework, variant)
}

/** A framework that is asked by chat unless told otherwise: the template is not in the report's prompt lengths. */
function templateTokens(framework: string, { chatTemplateTokens }: EngineProfile): Tokens {
  const [recipe] = frameworksOf(framework).flatMap(({ endpoints }) => Object.values(endpoints))
  return recipe?.protocol === 'openai-chat' ? chatTemplateTokens : 0
}

function residualTable({ factors, runs }: Fit): string {
  const ms = (value: number): string => value.toFixed(1).padStart(10)
  const lines = runs.flatMap(({ case: name, residuals }) => [
    '',
    name,
    `            ${['measured', 'base', 'fitted'].map((word) => word.padStart(10)).join('')}  off by`,
    ...residuals.map(({ metric, measured, base, fitted }) => {
      const off = 100 * (fitted / measured - 1)
      return `  ${metric}  ${ms(measured)}${ms(base)}${ms(fitted)}  ${off < 0 ? '' : '+'}${off.toFixed(1)} %`
    }),
  ])
  return [
    `Multiplied: ${factors.map(({ name, factor }) => `${name} by ${factor.toFixed(2)}`).join(', ')}`,
    ...lines,
    '',
  ].join('\n')
}

const OPTIONS = { out: { type: 'string', short: 'o' }, target: { type: 'string' }, base: { type: 'string' } } as const

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, FIT_USAGE)
  const [report, ...rest] = positionals
  if (report === undefined || rest.length > 0 || values.out === undefined)
    throw new BenchError('fit takes one report, and -o for the profile.', { code: 'bad-command', remedy: FIT_USAGE })
  return { report, out: values.out, target: values.target, base: values.base }
}
