import { BenchError } from '../base/errors.ts'
import { type ProxyRules, readProxyRules } from '../client/proxy.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { URL_VARIABLES } from '../frameworks/catalog.ts'
import { parseSlo } from '../slo/parse-slo.ts'
import { INCONCLUSIVE, type Inconclusive, type Slo } from '../slo/slo.ts'
import { jsonl } from '../workload/jsonl.ts'
import { sharegpt } from '../workload/sharegpt.ts'
import type { Dataset } from '../workload/workload.ts'

/** What the environment says of a bench, read and checked. Null: the variable is not set. */
export interface Variables {
  /** `VLLM_URL` and its like, by name. One that is set and empty stands here as it is: it concerns its framework's cases alone. */
  readonly urls: Readonly<Record<string, string>>
  readonly model: string | null
  readonly apiKey: string | null
  /** Of `LLM_BENCH_DATASET` (ShareGPT JSON, or JSONL by its ending) and `LLM_BENCH_TOKENIZER`. */
  readonly dataset: Dataset | null
  readonly hardware: string | null
  readonly slo: Slo | null
  readonly simulate: boolean | null
  readonly calibrate: boolean | null
  readonly inconclusive: Inconclusive | null
  /** Of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxies: ProxyRules
}

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

export type OwnVariable = keyof typeof VALUES
export const OWN_VARIABLES = Object.keys(VALUES) as readonly OwnVariable[]

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads all variables at once. BenchError `bad-variable`, which names the variable, where one of ours is set and empty, has a
 * value that nobody knows, or stands without another that it needs: passed over, it would be a gate that is none. BenchError
 * `bad-slo` for an LLM_BENCH_SLO that cannot be read.
 */
export function readVariables(env: Env): Variables {
  const read = (name: OwnVariable): string | null => readVariable(name, env)
  const isOn = (name: OwnVariable): boolean | null => {
    const value = read(name)
    return value === null ? null : value === '1'
  }
  const slo = read('LLM_BENCH_SLO')
  return {
    urls: readUrls(env),
    model: read('LLM_BENCH_MODEL'),
    apiKey: read('LLM_BENCH_API_KEY'),
    dataset: datasetAt(read('LLM_BENCH_DATASET'), read('LLM_BENCH_TOKENIZER')),
    hardware: read('LLM_BENCH_HARDWARE'),
    simulate: isOn('LLM_BENCH_SIMULATE'),
    calibrate: isOn('LLM_BENCH_CALIBRATE'),
    inconclusive: read('LLM_BENCH_INCONCLUSIVE') as Inconclusive | null,
    proxies: readProxyRules(env),
    slo: slo === null ? null : parseSlo(slo, 'LLM_BENCH_SLO'),
  }
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
        OWN_VARIABLES.map((known) => known.slice(PREFIX.length)),
      )
      return `${name} is no variable of vitest-llm-bench. After ${PREFIX}: ${remedy}`
    })
}

/** Where a variable or a secret is not set, a CI file expands it to nothing. */
export function emptyVariable(name: string): BenchError {
  const meant = name.endsWith('_URL')
    ? 'Give it the base URL of the server, or unset it to bench the simulated engine where there is one'
    : 'Set or unset it'
  return new BenchError(`${name} is set, and empty.`, {
    code: 'bad-variable',
    remedy: `${meant}: CI files expand a variable or a secret that is not there to an empty text.`,
  })
}

function readVariable(name: OwnVariable, env: Env): string | null {
  const value = env[name]
  if (value === undefined) return null
  if (value.trim() === '') throw emptyVariable(name)
  const known: readonly string[] | null = VALUES[name]
  if (known === null || known.includes(value)) return value
  throw new BenchError(`${name} is ${JSON.stringify(value)}.`, {
    code: 'bad-variable',
    remedy: didYouMean(value, known),
  })
}

function readUrls(env: Env): Variables['urls'] {
  return Object.fromEntries(
    URL_VARIABLES.flatMap((name) => {
      const url = env[name]
      return url === undefined ? [] : [[name, url]]
    }),
  )
}

function datasetAt(path: string | null, tokenizer: string | null): Dataset | null {
  if (path !== null) {
    const options = tokenizer === null ? { path } : { path, tokenizer }
    return path.endsWith('.jsonl') ? jsonl(options) : sharegpt(options)
  }
  if (tokenizer === null) return null
  throw new BenchError('LLM_BENCH_TOKENIZER is set, and LLM_BENCH_DATASET is not.', {
    code: 'bad-variable',
    remedy: 'It counts the tokens of that file only: a dataset in code has a `tokenizer` of its own.',
  })
}
