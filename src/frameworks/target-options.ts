import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { checkOptions, schemaOf, text, texts } from '../base/options.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import type { LaunchOptions } from './launch.ts'
import type { EndpointName } from './recipe.ts'
import { TlsChoiceOptions, type TlsChoice } from './tls-choice.ts'

export interface TargetOptions<Names extends EndpointName = 'completions' | 'chat'> {
  /** As released: `0.4.1`; it decides which fields a request has. What a server at a URL says of itself goes before it. */
  readonly version?: string
  /** Default `base` (`w4a16` for mlc-llm). */
  readonly variant?: string
  /** As the server knows it. Default: the first that `/v1/models` lists. */
  readonly model?: string
  /** Base URL of a running server. Default: the framework's environment variable; without either, `simulated()` where there is one. */
  readonly url?: string
  /**
   * Sent as a bearer token; printed and stored nowhere. Default: LLM_BENCH_API_KEY, if nothing else is a credential; `''` sends
   * none.
   */
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** By which of its endpoints the server is asked; the default is each framework's own. */
  readonly endpoint?: Names
  /** More fields for every request, laid over the recipe's (objects are merged). The report shows them. */
  readonly extraBody?: Readonly<Record<string, unknown>>
  /** For a server whose certificate Node does not trust. */
  readonly tls?: TlsChoice
  /** The page of the server's metrics, where it is not where servers of its kind have it. */
  readonly metricsUrl?: string
  /** How to start the server, where it does not run yet. It is stopped after the last case of its suite, or of its file. */
  readonly launch?: LaunchOptions
}

/** What can be said of a simulated engine: there is no server to reach. */
export interface SimulatedTargetOptions<Names extends EndpointName = 'completions' | 'chat'> extends Pick<
  TargetOptions<Names>,
  'version' | 'variant' | 'endpoint' | 'extraBody'
> {
  /** Another engine than the built-in one of this framework and variant. */
  readonly profile?: EngineProfile
  /** Multiplies the duration of every engine step. Default 1. */
  readonly slowdown?: number
}

/** Of every target. Which endpoints there are is each framework's own, and `planLaunch` reads the launch. */
const remote = {
  version: text.optional(),
  variant: text.optional(),
  model: text.optional(),
  url: text.optional(),
  apiKey: text.optional(),
  headers: texts.optional(),
  endpoint: text.optional(),
  extraBody: z.record(z.string(), z.unknown().optional(), 'an object of fields').optional(),
  tls: TlsChoiceOptions.optional(),
  metricsUrl: text.optional(),
  launch: z.unknown().optional(),
} as const

const simulated = {
  version: remote.version,
  variant: remote.variant,
  endpoint: remote.endpoint,
  extraBody: remote.extraBody,
  profile: z
    .custom<object>(
      (value) => typeof value === 'object' && value !== null && 'scheduler' in value,
      'the profile of an engine, from findProfile() or readProfileFile()',
    )
    .optional(),
  slowdown: z.custom<number>((value) => typeof value === 'number', 'a number').optional(),
} as const

/** `engine`: a framework that is simulated as well. `either server`: TensorRT-LLM has two. */
const SCHEMAS = {
  server: schemaOf<TargetOptions>(remote),
  engine: schemaOf<TargetOptions>(remote),
  'either server': z.strictObject({
    ...remote,
    server: z.enum(['triton', 'trtllm-serve'], '"triton" or "trtllm-serve"').optional(),
  }),
  simulated: schemaOf<SimulatedTargetOptions>(simulated),
}

/**
 * Throws BenchError `bad-target` for anything that is no option of a target: with `vllm({ Url })`, a simulation would be
 * benched. No value stands in it, for some are credentials.
 */
export function checkTargetOptions(factory: string, options: unknown, kind: keyof typeof SCHEMAS): void {
  if (kind === 'engine' || kind === 'either server') refuseEngineOptions(factory, options)
  checkOptions(options, SCHEMAS[kind], {
    of: `${factory}()`,
    code: 'bad-target',
    example: kind === 'simulated' ? `${factory}({ slowdown: 1.3 })` : `${factory}({ url: 'http://localhost:8000' })`,
    confidential: true,
  })
}

/** What an engine is made of says nothing about a server. */
function refuseEngineOptions(factory: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) return
  const name = ['profile', 'slowdown'].find((engine) => engine in options)
  if (name === undefined) return
  throw new BenchError(`The option ${name} of ${factory}() belongs to a simulated engine.`, {
    code: 'bad-target',
    remedy: `Write ${factory}.simulated({ ${name} }).`,
  })
}
