import { parseBaseUrl } from '../client/base-url.ts'
import { BenchError } from '../errors.ts'
import type { FrameworkId } from '../report.ts'
import { findProfile } from '../simulator/find-profile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { lmdeployRecipe, mlcRecipe, openaiRecipe, tritonRecipe, vllmRecipe } from './recipes.ts'
import type { Endpoint, Recipe, Target } from './target.ts'

export interface TargetOptions {
  /** As released: `0.4.1`. With a URL it is only a name: what the server says of itself goes before it. */
  readonly version?: string
  /** Default `base` (`w4a16` for mlc-llm). */
  readonly variant?: string
  /** As the server knows it. Default: the first that `/v1/models` lists. */
  readonly model?: string
  /** Base URL of a running server. Without one the engine is simulated, where there is a profile of it. */
  readonly url?: string
  /** Sent as a bearer token; printed and stored nowhere. */
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface SimulatedTargetOptions extends TargetOptions {
  /** Another engine than the built-in one of this framework and variant. */
  readonly profile?: EngineProfile
  /** Multiplies the duration of every engine step. */
  readonly slowdown?: number
}

/**
 * vLLM: simulated as 0.4.1 on one RTX 3090 unless given a URL. Variants `base`, `flash-attn`, `awq`, and
 * `chunked-prefill`: the scheduler of vLLM V1, an estimate that no published table stands behind.
 */
export function vllm(options: SimulatedTargetOptions = {}): Target {
  return simulatedTarget('vllm', vllmRecipe, 'base', options)
}

/** lmdeploy (TurboMind): simulated as 0.4.0 unless given a URL. Variants `base`, `kv-int8`. */
export function lmdeploy(options: SimulatedTargetOptions = {}): Target {
  return simulatedTarget('lmdeploy', lmdeployRecipe, 'base', options)
}

/** TensorRT-LLM behind Triton: simulated as 0.9.0 unless given a URL. That profile is an estimate: no table was published. */
export function tensorrtLlm(options: SimulatedTargetOptions = {}): Target {
  return simulatedTarget('tensorrt-llm', tritonRecipe, 'base', options)
}

/** mlc-llm: simulated as 0.1.dev1166 with 4-bit weights unless given a URL. */
export function mlcLlm(options: SimulatedTargetOptions = {}): Target {
  return simulatedTarget('mlc-llm', mlcRecipe, 'w4a16', options)
}

/** SGLang. Needs a URL. */
export function sglang(options: TargetOptions = {}): Target {
  return remoteTarget('sglang', vllmRecipe, options)
}

/** Any OpenAI-compatible chat server. Needs a URL. */
export function openai(options: TargetOptions = {}): Target {
  return remoteTarget('openai', openaiRecipe, options)
}

/** The same target at a running server. Its version is unknown until the server tells it. */
export function atUrl(
  target: Target,
  {
    url,
    apiKey,
    headers = {},
  }: { url: string; apiKey?: string | undefined; headers?: Readonly<Record<string, string>> },
): Target {
  return { ...target, endpoint: urlEndpoint(url, apiKey, headers) }
}

function simulatedTarget(
  framework: FrameworkId,
  recipe: Recipe,
  defaultVariant: string,
  options: SimulatedTargetOptions,
): Target {
  const remote = remoteTarget(framework, recipe, { variant: defaultVariant, ...options })
  if (remote.endpoint.kind === 'url') return remote
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

function remoteTarget(framework: FrameworkId, recipe: Recipe, options: TargetOptions): Target {
  const { version, variant = 'base', model, url, apiKey, headers = {} } = options
  return {
    framework,
    version: version ?? null,
    variant,
    model: model ?? null,
    recipe,
    endpoint: url === undefined ? { kind: 'unset' } : urlEndpoint(url, apiKey, headers),
  }
}

function urlEndpoint(url: string, apiKey: string | undefined, headers: Readonly<Record<string, string>>): Endpoint {
  const parsed = parseBaseUrl(url)
  const authorization = bearer(parsed, apiKey)
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  parsed.hash = ''
  return {
    kind: 'url',
    // `/v1` is part of every path a recipe names; people paste it with the base URL.
    url: parsed.href.replace(/\/+$/, '').replace(/\/v1$/, ''),
    headers: authorization === null ? headers : { ...headers, authorization },
  }
}

function bearer(url: URL, apiKey: string | undefined): string | null {
  if (apiKey !== undefined && apiKey !== '') return `Bearer ${apiKey}`
  if (url.username === '' && url.password === '') return null
  return `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`
}
