import { basicAuthorization, parseBaseUrl } from '../client/base-url.ts'
import { BenchError } from '../base/errors.ts'
import { confidenceOf } from '../base/harmless.ts'
import type { FrameworkId } from '../report.ts'
import {
  secretsInArguments,
  secretsInBody,
  secretsInHeaders,
  secretsInUrl,
  secretsInVariables,
} from '../base/secrets.ts'
import { findProfile } from '../simulator/find-profile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { planLaunch, type LaunchOptions } from './launch.ts'
import { RECIPES, type EndpointName, type ServerName } from './recipes.ts'
import { STIMULUS_FIELDS } from './request-body.ts'
import { checkTargetOptions } from './target-options.ts'
import type { Connection, Recipe, Target, UrlTarget } from './target.ts'
import { readTlsChoice, type TlsChoice } from './tls-choice.ts'

type Endpoints<Server extends ServerName> = keyof (typeof RECIPES)[Server] & EndpointName

export interface TargetOptions<Names extends EndpointName = 'completions' | 'chat'> {
  /** As released: `0.4.1`; it decides which fields a request has. What a server at a URL says of itself goes before it. */
  readonly version?: string
  /** Default `base` (`w4a16` for mlc-llm). */
  readonly variant?: string
  /** As the server knows it. Default: the first that `/v1/models` lists. */
  readonly model?: string
  /** Base URL of a running server. Without one the engine is simulated, where there is a profile of it. */
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

export interface SimulatedTargetOptions extends TargetOptions {
  /** Another engine than the built-in one of this framework and variant. */
  readonly profile?: EngineProfile
  /** Multiplies the duration of every engine step. */
  readonly slowdown?: number
}

export type TensorrtLlmOptions =
  | (Omit<SimulatedTargetOptions, 'endpoint'> & { readonly server?: 'triton' })
  | (TargetOptions & { readonly server: 'trtllm-serve' })

/**
 * vLLM: simulated as 0.4.1 on one RTX 3090 unless given a URL. Variants `base`, `flash-attn`, `awq`, and
 * `chunked-prefill`: the scheduler of vLLM V1, an estimate that no published table stands behind.
 */
export function vllm(options: SimulatedTargetOptions = {}): Target {
  checkTargetOptions('vllm', options, 'engine')
  return simulatedTarget('vllm', 'vllm', 'base', options)
}

/** lmdeploy (TurboMind): simulated as 0.4.0 unless given a URL. Variants `base`, `kv-int8`. */
export function lmdeploy(options: SimulatedTargetOptions = {}): Target {
  checkTargetOptions('lmdeploy', options, 'engine')
  return simulatedTarget('lmdeploy', 'lmdeploy', 'base', options)
}

/**
 * TensorRT-LLM behind Triton: simulated as 0.9.0 unless given a URL. That profile is an estimate: no table was published.
 * With `server: 'trtllm-serve'`, behind its own server, which needs a URL.
 */
export function tensorrtLlm(options: TensorrtLlmOptions = {}): Target {
  checkTargetOptions('tensorrtLlm', options, 'either server')
  const { server = 'triton', ...others } = options
  if (server === 'triton') return simulatedTarget('tensorrt-llm', 'triton', 'base', others)
  checkTargetOptions('tensorrtLlm', others, 'server')
  return remoteTarget('tensorrt-llm', server, others)
}

/** mlc-llm: simulated as 0.1.dev1166 with 4-bit weights unless given a URL. */
export function mlcLlm(options: SimulatedTargetOptions = {}): Target {
  checkTargetOptions('mlcLlm', options, 'engine')
  return simulatedTarget('mlc-llm', 'mlc-llm', 'w4a16', options)
}

/** SGLang. Needs a URL or a launch. `endpoint: 'native'` is its `/generate`. */
export function sglang(options: TargetOptions<Endpoints<'sglang'>> = {}): Target {
  checkTargetOptions('sglang', options, 'server')
  return remoteTarget('sglang', 'sglang', options)
}

/** llama.cpp's `llama-server`. Needs a URL or a launch. `endpoint: 'native'` is its `/completion`. */
export function llamaCpp(options: TargetOptions<Endpoints<'llama.cpp'>> = {}): Target {
  checkTargetOptions('llamaCpp', options, 'server')
  return remoteTarget('llama.cpp', 'llama.cpp', options)
}

/** Text Generation Inference, by its `/generate_stream` (`native`) unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export function tgi(options: TargetOptions<Endpoints<'tgi'>> = {}): Target {
  checkTargetOptions('tgi', options, 'server')
  return remoteTarget('tgi', 'tgi', options)
}

/** Ollama, by chat unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export function ollama(options: TargetOptions = {}): Target {
  checkTargetOptions('ollama', options, 'server')
  return remoteTarget('ollama', 'ollama', options)
}

/** Any OpenAI-compatible server, by chat unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export function openai(options: TargetOptions = {}): Target {
  checkTargetOptions('openai', options, 'server')
  return remoteTarget('openai', 'openai', options)
}

/** The same target at a running server. Of its version nothing is known but what was stated, until the server tells it. */
export function atUrl(target: Target, url: string): UrlTarget {
  return {
    ...target,
    version: target.statedVersion,
    endpoint: urlEndpoint(url, target.connection),
    secrets: [...target.secrets, ...secretsInUrl(url)],
  }
}

/**
 * The same target with a key that stands for all targets, unless it has credentials of its own: an `apiKey` (an empty one
 * wants none), a user in its URL, or a header whose name says that its value is a secret.
 */
export function withCommonKey(target: UrlTarget, key: string): UrlTarget {
  const { endpoint, connection } = target
  const hasOwn = Object.keys(endpoint.headers).some((name) => confidenceOf(name, 'header') === 'secret')
  if (connection.apiKey !== null || hasOwn) return target
  const headers = { ...endpoint.headers, authorization: `Bearer ${key}` }
  return { ...target, endpoint: { ...endpoint, headers }, secrets: [...target.secrets, ...secretsInHeaders(headers)] }
}

function simulatedTarget(
  framework: FrameworkId,
  server: ServerName,
  defaultVariant: string,
  options: SimulatedTargetOptions,
): Target {
  const remote = remoteTarget(framework, server, { variant: defaultVariant, ...options })
  if (remote.endpoint.kind !== 'unset') return remote
  const slowdown = options.slowdown ?? 1
  if (!(slowdown > 0 && slowdown < Infinity)) {
    throw new BenchError(`The slowdown of ${framework} is ${slowdown}.`, {
      code: 'bad-target',
      remedy: 'Give a finite factor above 0: 1 is the engine as it was measured, 1.3 makes every step 30 % longer.',
    })
  }
  const built = options.profile ?? findProfile(framework, remote.variant)
  const profile = { ...built, slowdown: built.slowdown * slowdown }
  return { ...remote, version: options.version ?? profile.version, endpoint: { kind: 'simulated', profile } }
}

function remoteTarget(framework: FrameworkId, server: ServerName, options: TargetOptions<EndpointName>): Target {
  const {
    version,
    variant = 'base',
    model,
    url,
    apiKey,
    endpoint,
    headers = {},
    extraBody = {},
    metricsUrl,
    launch,
  } = options
  const connection = {
    apiKey: apiKey ?? null,
    headers,
    tls: readTlsChoice(options.tls ?? {}),
    metricsUrl: metricsUrl === undefined ? null : parseBaseUrl(metricsUrl).href,
  }
  checkExtraBody(extraBody)
  const plan = launch === undefined ? null : planLaunch({ server, version: version ?? null, url: url ?? null }, launch)
  return {
    framework,
    version: version ?? null,
    statedVersion: version ?? null,
    variant,
    model: model ?? plan?.servedModel ?? null,
    recipe: findRecipe(server, endpoint),
    extraBody,
    connection,
    endpoint:
      plan !== null
        ? { kind: 'launch', launch: plan }
        : url === undefined
          ? { kind: 'unset' }
          : urlEndpoint(url, connection),
    secrets: secretsIn(options),
  }
}

/**
 * What the options of a target hold in confidence. Model, version and variant name the target in every report, so a text that is
 * one of them is not masked, even where it was given as something else, too.
 */
function secretsIn(options: TargetOptions<EndpointName>): string[] {
  const { apiKey, headers = {}, url = '', metricsUrl = '', extraBody = {}, launch } = options
  const shown: readonly unknown[] = [options.model, options.version, options.variant]
  return [
    ...secretsInHeaders(headers),
    ...(apiKey === undefined ? [] : secretsInHeaders({ 'api-key': apiKey })),
    ...secretsInUrl(url),
    ...secretsInUrl(metricsUrl),
    ...secretsInBody(extraBody),
    ...(launch === undefined ? [] : secretsInLaunch(launch)),
  ].filter((secret) => !shown.includes(secret))
}

function secretsInLaunch(launch: LaunchOptions): string[] {
  const args = 'command' in launch ? launch.command.slice(1) : (launch.args ?? [])
  return [
    ...secretsInArguments(args),
    ...secretsInVariables(launch.env ?? {}),
    ...secretsInUrl(launch.healthPath ?? ''),
  ]
}

function findRecipe(server: ServerName, endpoint: EndpointName | undefined): Recipe {
  const recipes: Readonly<Partial<Record<EndpointName, Recipe>>> = RECIPES[server]
  const names = Object.keys(recipes) as EndpointName[]
  const recipe = recipes[endpoint ?? names[0]!]
  if (recipe !== undefined) return recipe
  throw new BenchError(`${server} has no endpoint "${endpoint}".`, {
    code: 'bad-target',
    remedy: `Choose one of: ${names.join(', ')}.`,
  })
}

/** Only streams can be timed, and what is asked belongs to the workload and its digest. */
function checkExtraBody(extraBody: Readonly<Record<string, unknown>>): void {
  const taken = Object.keys(extraBody).find((name) => name === 'stream' || STIMULUS_FIELDS.includes(name))
  if (taken === undefined) return
  throw new BenchError(`extraBody would replace "${taken}".`, {
    code: 'bad-target',
    remedy: 'Leave it out: answers are always streamed, and prompts come from the dataset.',
  })
}

function urlEndpoint(url: string, { apiKey, headers, tls }: Connection): UrlTarget['endpoint'] {
  const parsed = parseBaseUrl(url)
  const authorization = bearer(parsed, apiKey)
  const query = parsed.search
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  return {
    kind: 'url',
    // `/v1` is part of every path a recipe names; people paste it with the base URL.
    url: parsed.href.replace(/\/+$/, '').replace(/\/v1$/, ''),
    query,
    headers: authorization === null ? headers : { ...withoutAuthorization(headers), authorization },
    tls,
  }
}

/** A request with two of them is refused by some servers, and by others read as one likes. */
function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}

function bearer(url: URL, apiKey: string | null): string | null {
  return apiKey !== null && apiKey !== '' ? `Bearer ${apiKey}` : basicAuthorization(url)
}
