import { BenchError } from '../base/errors.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { INCONCLUSIVE } from '../slo/slo.ts'

type Env = Readonly<Record<string, string | undefined>>

const PREFIX = 'LLM_BENCH_'
const SWITCH = ['0', '1'] as const

/** Our own variables, with all values that each can have; null for free text. */
const VALUES = {
  LLM_BENCH_MODEL: null,
  LLM_BENCH_API_KEY: null,
  LLM_BENCH_DATASET: null,
  LLM_BENCH_TOKENIZER: null,
  LLM_BENCH_HARDWARE: null,
  LLM_BENCH_SLO: null,
  LLM_BENCH_SIMULATE: SWITCH,
  LLM_BENCH_CALIBRATE: SWITCH,
  LLM_BENCH_INCONCLUSIVE: INCONCLUSIVE,
} as const satisfies Readonly<Record<string, readonly string[] | null>>

const KNOWN = Object.keys(VALUES) as readonly (keyof typeof VALUES)[]

/**
 * What a variable says; undefined where it is not set. BenchError `bad-variable`, which names it, where it is set and says
 * nothing, or where it has a value that nobody knows: passed over, either would be a gate that is none.
 */
export function readVariable(name: string, env: Env): string | undefined {
  const value = env[name]
  if (value === undefined) return undefined
  if (value.trim() === '') throw emptyVariable(name)
  const known = name in VALUES ? VALUES[name as keyof typeof VALUES] : null
  if (known === null || known.some((one) => one === value)) return value
  throw new BenchError(`${name} is ${JSON.stringify(value)}.`, {
    code: 'bad-variable',
    remedy: didYouMean(value, known),
  })
}

/** The same for all variables of ours at once, whoever reads them. */
export function checkVariables(env: Env): void {
  for (const name of KNOWN) readVariable(name, env)
  if (env['LLM_BENCH_TOKENIZER'] === undefined || env['LLM_BENCH_DATASET'] !== undefined) return
  throw new BenchError('LLM_BENCH_TOKENIZER is set, and LLM_BENCH_DATASET is not.', {
    code: 'bad-variable',
    remedy: 'It counts the tokens of that file only: a dataset in code has a `tokenizer` of its own.',
  })
}

/**
 * One line for each variable that looks like ours and is not. No error, because a bench file may read it; but a gate that was
 * asked for by a misspelt name is not there.
 */
export function unknownVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !(name in VALUES))
    .map((name) => {
      const remedy = didYouMean(
        name.slice(PREFIX.length),
        KNOWN.map((known) => known.slice(PREFIX.length)),
      )
      return `${name} is no variable of vitest-llm-bench. After ${PREFIX}: ${remedy}`
    })
}

/** Where a variable or a secret is not set, a CI file expands it to nothing. */
function emptyVariable(name: string): BenchError {
  const meant = name.endsWith('_URL')
    ? 'Give it the base URL of the server, or unset it to bench the simulated engine where there is one'
    : 'Set or unset it'
  return new BenchError(`${name} is set, and empty.`, {
    code: 'bad-variable',
    remedy: `${meant}: CI files expand a variable or a secret that is not there to an empty text.`,
  })
}
