import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gamma, poisson } from '../arrival/index.ts'
import { lmdeploy, llamaCpp, mlcLlm, ollama, openai, sglang, tensorrtLlm, tgi, vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { URL_VARIABLES } from '../frameworks/catalog.ts'
import type { Inconclusive, Slo } from '../slo/slo.ts'
import { fixedLengths, sharegpt } from '../workload/index.ts'
import type { LoadOptions } from './load-options.ts'
import { resolveCase, type AskedCase, type ResolvedCase } from './resolve-case.ts'
import { resolvedCase } from './resolve.testkit.ts'
import { OWN_VARIABLES, readVariables, type OwnVariable } from './variables.ts'

type Env = Readonly<Record<string, string>>

/** Who says what of one option, the first of them going before the others. */
interface Row {
  readonly option: (resolved: ResolvedCase) => unknown
  /** What the case is beside that option. */
  readonly others?: Partial<AskedCase>
  readonly sources: readonly Source[]
}

type Source = { readonly says: unknown } & (
  | { readonly by: 'environment'; readonly env: Env }
  | { readonly by: 'code'; readonly code: Partial<AskedCase> }
  | { readonly by: 'project'; readonly project: Inconclusive }
  | { readonly by: 'default' }
)

const LOAD: LoadOptions = { requestRate: 2, numPrompts: 10 }
const CASE: AskedCase = { name: 'a case', target: vllm(), load: LOAD }
const AT_URL = { target: vllm({ url: 'http://there' }) }

const url = ({ target: { endpoint } }: ResolvedCase): string => (endpoint.kind === 'url' ? endpoint.url : 'none')
const limits = ({ slo }: ResolvedCase): unknown => slo?.ttft?.p99 ?? null
const withSlo = (slo: Slo): Partial<AskedCase> => ({ slo })

/** All three may say the same of two values: each neighbour differs once. */
function inconclusive(environment: Inconclusive, code: Inconclusive, project: Inconclusive): Row {
  return {
    option: ({ slo }) => slo?.inconclusive,
    others: withSlo({ errorRate: 0 }),
    sources: [
      { by: 'environment', env: { LLM_BENCH_INCONCLUSIVE: environment }, says: environment },
      { by: 'code', code: withSlo({ errorRate: 0, inconclusive: code }), says: code },
      { by: 'project', project, says: project },
      { by: 'default', says: 'warn' },
    ],
  }
}

const ROWS: Readonly<Record<OwnVariable, readonly Row[]>> = {
  LLM_BENCH_MODEL: [
    {
      option: ({ target }) => target.model,
      others: AT_URL,
      sources: [
        { by: 'environment', env: { LLM_BENCH_MODEL: 'a' }, says: 'a' },
        { by: 'code', code: { target: vllm({ url: 'http://there', model: 'b' }) }, says: 'b' },
        { by: 'default', says: null },
      ],
    },
  ],
  // The one that is a default: nobody's key goes to a server of somebody else.
  LLM_BENCH_API_KEY: [
    {
      option: ({ target: { endpoint } }) => (endpoint.kind === 'url' ? endpoint.headers['authorization'] : null),
      others: AT_URL,
      sources: [
        { by: 'code', code: { target: vllm({ url: 'http://there', apiKey: 'b' }) }, says: 'Bearer b' },
        { by: 'environment', env: { LLM_BENCH_API_KEY: 'a' }, says: 'Bearer a' },
        { by: 'default', says: undefined },
      ],
    },
  ],
  LLM_BENCH_DATASET: [
    {
      option: ({ load }) => load.dataset.label.split(' ')[0],
      sources: [
        { by: 'environment', env: { LLM_BENCH_DATASET: 'chats.jsonl' }, says: 'jsonl' },
        { by: 'code', code: { load: { ...LOAD, dataset: sharegpt() } }, says: 'sharegpt' },
        { by: 'default', says: 'study' },
      ],
    },
  ],
  LLM_BENCH_TOKENIZER: [
    {
      option: ({ load }) => load.dataset.countedBy,
      sources: [
        {
          by: 'environment',
          env: { LLM_BENCH_DATASET: 'chats.json', LLM_BENCH_TOKENIZER: 'p50k_base' },
          says: 'p50k_base',
        },
        { by: 'code', code: { load: { ...LOAD, dataset: sharegpt({ tokenizer: 'o200k_base' }) } }, says: 'o200k_base' },
        { by: 'default', says: 'words' },
      ],
    },
  ],
  LLM_BENCH_HARDWARE: [
    {
      option: ({ hardware }) => hardware,
      sources: [
        { by: 'environment', env: { LLM_BENCH_HARDWARE: '1x A100' }, says: '1x A100' },
        { by: 'default', says: null },
      ],
    },
  ],
  LLM_BENCH_SLO: [
    {
      option: limits,
      sources: [
        { by: 'environment', env: { LLM_BENCH_SLO: 'ttft.p99<1' }, says: 1 },
        { by: 'code', code: withSlo({ ttft: { p99: 2 } }), says: 2 },
        { by: 'default', says: null },
      ],
    },
  ],
  LLM_BENCH_SIMULATE: [
    {
      option: ({ target }) => target.endpoint.kind,
      sources: [
        { by: 'environment', env: { LLM_BENCH_SIMULATE: '1' }, says: 'simulated' },
        { by: 'default', says: 'simulated' },
      ],
    },
  ],
  LLM_BENCH_CALIBRATE: [
    {
      option: ({ load }) => load.maxClientError,
      sources: [
        { by: 'environment', env: { LLM_BENCH_CALIBRATE: '0' }, says: false },
        { by: 'code', code: { load: { ...LOAD, maxClientError: 0.1 } }, says: 0.1 },
        { by: 'default', says: 0.05 },
      ],
    },
    {
      option: ({ load }) => load.maxClientError !== false,
      sources: [
        { by: 'environment', env: { LLM_BENCH_CALIBRATE: '1' }, says: true },
        { by: 'code', code: { load: { ...LOAD, maxClientError: false } }, says: false },
        { by: 'default', says: true },
      ],
    },
  ],
  LLM_BENCH_INCONCLUSIVE: [
    inconclusive('fail', 'warn', 'warn'),
    inconclusive('warn', 'fail', 'warn'),
    inconclusive('warn', 'warn', 'fail'),
  ],
}

const TARGETS = [vllm, lmdeploy, tensorrtLlm, mlcLlm, sglang, llamaCpp, tgi, ollama, openai]

const URL_ROWS = TARGETS.map((target: (options: { url?: string }) => Target): [string, Row] => {
  const { urlVariable } = target({}).server
  return [
    urlVariable,
    {
      option: url,
      others: { target: target({}) },
      sources: [
        { by: 'environment', env: { [urlVariable]: 'http://environment' }, says: 'http://environment' },
        { by: 'code', code: { target: target({ url: 'http://code' }) }, says: 'http://code' },
        { by: 'default', says: 'none' },
      ],
    },
  ]
})

function resolveWith({ others = {} }: Row, sources: readonly Source[]): ResolvedCase {
  let asked: AskedCase = { name: 'a case', target: vllm(), load: LOAD, ...others }
  let env: Env = {}
  let project: Inconclusive | null = null
  for (const source of sources) {
    if (source.by === 'environment') ({ env } = source)
    if (source.by === 'code') asked = { ...asked, ...source.code }
    if (source.by === 'project') ({ project } = source)
  }
  return resolveCase(asked, { inconclusive: project }, readVariables(env))
}

/** The default is always there; of the others, every choice. */
function choices(sources: readonly Source[]): Source[][] {
  return sources.reduce<Source[][]>(
    (found, source) =>
      found.flatMap((some) => (source.by === 'default' ? [[...some, source]] : [[...some, source], some])),
    [[]],
  )
}

const ALL = [...URL_ROWS, ...OWN_VARIABLES.flatMap((name) => ROWS[name].map((row): [string, Row] => [name, row]))]

describe('environment over code over project over default, whichever of them speak', () => {
  test.for(ALL)('%s', ([, row]) => {
    for (const sources of choices(row.sources)) {
      const spoken = sources.map(({ by }) => by).join(' and ')
      expect(row.option(resolveWith(row, sources)), spoken).toEqual(sources[0]?.says)
    }
  })
})

test('the rows above are about every URL variable', () => {
  expect(URL_ROWS.map(([name]) => name).toSorted()).toEqual(URL_VARIABLES.toSorted())
})

test('nothing is left open, and what is not said is the default of the docs', () => {
  const { load } = resolvedCase({ name: 'a case', target: vllm(), load: { ...LOAD, trials: undefined as never } })
  expect({ ...load, dataset: load.dataset.label, arrival: load.arrival.label }).toEqual({
    requestRate: 2,
    numPrompts: 10,
    dataset: 'study lengths',
    arrival: 'poisson',
    maxConcurrency: null,
    threads: 'auto',
    transport: 'auto',
    seed: 0,
    reusePrompts: false,
    trial: 0,
    trials: 1,
    warmup: 'auto',
    fill: 'auto',
    fixedLength: true,
    lengthMismatch: 'flag',
    timeouts: { connect: 10_000, firstByte: 120_000, idle: 60_000, total: 600_000 },
    maxClientError: 0.05,
    goodput: null,
  })
})

test('one time-out in code leaves the others as they are', () => {
  const { load } = resolvedCase({ name: 'a case', target: vllm(), load: { ...LOAD, timeouts: { idle: 5 } } })
  expect(load.timeouts).toEqual({ connect: 10_000, firstByte: 120_000, idle: 5, total: 600_000 })
})

test('an SLO that is none is refused before anything is sent', () => {
  const judgedBy = (slo: unknown) => () => resolvedCase({ ...CASE, slo: slo as Slo })
  expect(judgedBy('ttft.p99<400')).toThrow(/^An SLO is an object, and not a text\./)
  expect(judgedBy({ tfft: { p99: 1 } })).toThrow(/"tfft" is not a metric/)
  expect(judgedBy({})).toThrow(/no objective/)
})

test('the requests that count are those that keep the objectives, unless the load says otherwise', () => {
  const goodput = { ttft: { p99: 100 } }
  const slo = { ttft: { p99: 400 }, errorRate: 0 }
  expect(resolvedCase(CASE)).toMatchObject({ slo: null, load: { goodput: null } })
  expect(resolvedCase({ ...CASE, slo }).load.goodput).toEqual({ ...slo, inconclusive: 'warn' })
  expect(resolvedCase({ ...CASE, slo, load: { ...LOAD, goodput } })).toMatchObject({ slo, load: { goodput } })
  // A goodput is no objective: nothing is judged by it.
  expect(resolvedCase({ ...CASE, load: { ...LOAD, goodput } })).toMatchObject({ slo: null, load: { goodput } })
  const variables = readVariables({ LLM_BENCH_SLO: 'ttft.p99<1' })
  const both = resolveCase({ ...CASE, slo, load: { ...LOAD, goodput } }, { inconclusive: null }, variables)
  expect(both).toMatchObject({ slo: { ttft: { p99: 1 } }, load: { goodput } })
})

const optionally = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const loads = fc.record({
  requestRate: fc.constantFrom(0.5, 8, Infinity),
  numPrompts: fc.integer({ min: 1, max: 1000 }),
  dataset: optionally(fc.constant(fixedLengths({ promptTokens: 5, outputTokens: 5 }))),
  arrival: optionally(fc.constantFrom(poisson(), gamma({ burstiness: 0.5 }))),
  maxConcurrency: optionally(fc.integer({ min: 1, max: 99 })),
  warmup: optionally(fc.constantFrom<number | 'auto' | false>(0, 5, 'auto', false)),
  fill: optionally(fc.constantFrom<number | 'auto' | false>(0, 5, 'auto', false)),
  timeouts: optionally(fc.record({ idle: optionally(fc.integer({ min: 1 })) })),
  maxClientError: optionally(fc.constantFrom<number | false>(0.2, false)),
  goodput: optionally(fc.constant({ ttft: { max: 4 } })),
}) as fc.Arbitrary<LoadOptions>

const slos = optionally(fc.constantFrom<Slo>({ errorRate: 0 }, { ttft: { p99: 4 }, inconclusive: 'fail' }))

const targets = fc.constantFrom(
  vllm(),
  vllm({ url: 'http://u:p@code/v1?key=sk-zebra-0123456789', apiKey: 'own' }),
  vllm({ apiKey: '' }),
  vllm({ launch: { model: 'llama' } }),
  ollama({ model: 'a' }),
)

const environments = fc.record(
  {
    VLLM_URL: fc.constantFrom('http://environment', 'https://bob:pw@code/v1?q=1', 'http://code'),
    LLM_BENCH_MODEL: fc.constant('m'),
    LLM_BENCH_API_KEY: fc.constant('common'),
    LLM_BENCH_DATASET: fc.constantFrom('a.json', 'a.jsonl'),
    LLM_BENCH_HARDWARE: fc.constant('1x A100'),
    LLM_BENCH_SLO: fc.constant('ttft.p99<1'),
    LLM_BENCH_CALIBRATE: fc.constantFrom('0', '1'),
    LLM_BENCH_INCONCLUSIVE: fc.constantFrom('fail', 'warn'),
  },
  { requiredKeys: [] },
)

test('a resolved case stays as it is', () => {
  const projects = fc.constantFrom<Inconclusive | null>(null, 'warn', 'fail')
  fc.assert(
    fc.property(targets, loads, slos, environments, projects, (target, load, slo, env, inconclusive) => {
      const variables = readVariables(env)
      const once = resolveCase({ name: 'a case', target, load, slo }, { inconclusive }, variables)
      expect(resolveCase(once, { inconclusive }, variables)).toEqual(once)
    }),
  )
})
