import { resolve } from 'node:path'
import { OUTPUT_DIR } from '../../reporters/output-dir.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { BenchError } from '../base/errors.ts'
import { checkLoadCall } from '../case/check-options.ts'
import type { LoadOptions } from '../case/load-options.ts'
import { rateText } from '../base/rate-text.ts'
import { resolveCase, type ResolvedCase } from '../case/resolve-case.ts'
import { readVariables, unknownVariables, type Variables } from '../case/variables.ts'
import { FRAMEWORK_IDS, frameworksOf } from '../frameworks/catalog.ts'
import { engineTarget, serverTarget } from '../frameworks/define-target.ts'
import type { Framework } from '../frameworks/framework.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { parseSlo } from '../slo/parse-slo.ts'
import type { CommandIo } from './command-io.ts'
import { parseCommand } from './parse-command.ts'
import { runAndReport } from './run-and-report.ts'

const RUN_USAGE = `vitest-llm-bench run <framework>[:variant] --rate R --prompts N [options]

Sends one load to one server, prints its table and writes its reports: a case of vitest bench without a bench file.
Ends with status 1 where the case misses an objective, is invalid, or did not run.

  --url U         base URL of the server; default: VLLM_URL and its like
  --simulated     bench the simulated engine of the framework, without a server
  --rate R        requests a second; inf sends all at once
  --prompts N     how many requests are measured, in each trial
  --slo S         objectives, such as 'ttft.p99<400, errorRate<=0.01'; default: LLM_BENCH_SLO, else nothing is judged
  --trials N      how often the load is sent, with further seeds, and judged together; default 1
  --seed N        default 0
  -o, --out D     folder of the reports; default ${OUTPUT_DIR}

What is given here goes before the environment; the other LLM_BENCH_* variables say the same as for a bench file.
`

/**
 * The run command. BenchError `bad-command` and whatever a case may throw; `not-met` where it was measured, and an objective was
 * missed or the run is invalid.
 */
export async function run(args: readonly string[], io: CommandIo): Promise<void> {
  if (args.includes('--help')) return io.print(RUN_USAGE)
  const { values, positionals } = parseCommand(args, OPTIONS, RUN_USAGE)
  for (const line of unknownVariables(io.env)) io.print(line)
  const variables = readVariables(io.env)
  const asked = askedCase(positionals, values, variables)
  await runAndReport(asked, { folder: resolve(values.out), outputDir: values.out }, io)
}

const OPTIONS = {
  url: { type: 'string' },
  simulated: { type: 'boolean', default: false },
  rate: { type: 'string' },
  prompts: { type: 'string' },
  slo: { type: 'string' },
  trials: { type: 'string', default: '1' },
  seed: { type: 'string', default: '0' },
  out: { type: 'string', short: 'o', default: OUTPUT_DIR },
} as const

type Values = ReturnType<typeof parseCommand<typeof OPTIONS>>['values']

function askedCase([name, ...rest]: readonly string[], values: Values, variables: Variables): ResolvedCase {
  if (name === undefined || rest.length > 0) throw badUsage('run takes one framework, such as vllm or vllm:awq.')
  const [id = '', variant] = name.split(':')
  const framework = findFramework(id)
  const target = targetOf(framework, variant, values)
  const load = loadOf(values)
  checkLoadCall({ target, ...load })
  const title = `run > ${targetLabel(target)} > ${rateText(load.requestRate)}`
  const slo = values.slo === undefined ? null : parseSlo(values.slo, '--slo')
  const others = withoutGiven(variables, framework, values)
  const resolved = resolveCase({ name: title, target, load, slo }, { inconclusive: null }, others)
  if (resolved.target.endpoint.kind !== 'unset') return resolved
  const simulated = framework.profiles.length === 0 ? '' : ', or bench the simulated engine with --simulated'
  throw badUsage(`No server of ${id} is given: name its --url, or set ${framework.urlVariable}${simulated}.`)
}

function findFramework(id: string): Framework {
  const [framework] = frameworksOf(id)
  if (framework !== undefined) return framework
  throw badUsage(`There is no framework "${id}". ${didYouMean(id, FRAMEWORK_IDS)}`)
}

function targetOf(framework: Framework, variant: string | undefined, { url, simulated }: Values): Target {
  const options = variant === undefined ? {} : { variant }
  if (!simulated) return serverTarget(framework, { ...options, ...(url === undefined ? {} : { url }) })
  if (url !== undefined) throw badUsage('--url and --simulated exclude each other.')
  if (framework.profiles.length > 0) return engineTarget(framework, options)
  throw badUsage(`There is no simulated engine of ${framework.id}.`)
}

function loadOf({ rate, prompts, trials, seed }: Values): LoadOptions {
  if (rate === undefined || prompts === undefined) throw badUsage('run takes --rate and --prompts.')
  return {
    requestRate: rate === 'inf' ? Infinity : number('rate', rate),
    numPrompts: number('prompts', prompts),
    trials: number('trials', trials),
    seed: number('seed', seed),
  }
}

/** What stands on the command line was meant for this very run: it goes before a variable that says the same. */
function withoutGiven(variables: Variables, { urlVariable }: Framework, { url, simulated, slo }: Values): Variables {
  const { [urlVariable]: _given, ...otherUrls } = variables.urls
  return {
    ...variables,
    urls: url !== undefined || simulated ? otherUrls : variables.urls,
    slo: slo === undefined ? variables.slo : null,
  }
}

function number(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && !Number.isNaN(value)) return value
  throw badUsage(`--${option} ${text} is not a number.`)
}

function badUsage(what: string): BenchError {
  return new BenchError(`${what}\n\n`, { code: 'bad-command', remedy: RUN_USAGE })
}
