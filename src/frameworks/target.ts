import type { ProxyRules } from '../client/proxy.ts'
import type { TlsOptions } from '../client/tls.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import type { Framework } from './framework.ts'
import type { LaunchPlan } from './launch.ts'
import type { Recipe } from './recipe.ts'

/** How to be let in at a server, wherever it is. */
export interface Connection {
  /** Null where nothing is said of one; empty where none is to be sent, not even one from the environment. */
  readonly apiKey: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
  /** Where the server's metrics are; null: where its kind has them. */
  readonly metricsUrl: string | null
}

/** A server that is there. */
export interface UrlEndpoint {
  readonly kind: 'url'
  /** Without credentials, query and fragment. */
  readonly url: string
  /** What every request's path ends with: `?api-version=2024-06-01`; empty for none. It may hold a key. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
  readonly proxies: ProxyRules
}

/** Where the answers come from. `unset` is an error the moment somebody wants to run it. */
export type Endpoint =
  | UrlEndpoint
  /** `byDefault`: because nobody said where a server is, and not because the author asked for it. */
  | { readonly kind: 'simulated'; readonly profile: EngineProfile; readonly byDefault: boolean }
  /** Not there yet: whoever starts it knows its URL. */
  | { readonly kind: 'launch'; readonly launch: LaunchPlan }
  | { readonly kind: 'unset' }

/** A target whose server is there. */
export type UrlTarget = Target & { readonly endpoint: UrlEndpoint }

/** A target whose server is to be started. */
export type LaunchTarget = Target & { readonly endpoint: { readonly kind: 'launch' } }

/** Whom to ask, and how. */
export interface Target {
  /** As in reports: `vllm`. */
  readonly framework: string
  /** What is known of its kind of server. */
  readonly server: Framework
  readonly version: string | null
  /** As given in code. A simulated engine has a version without it, which says nothing of a server. */
  readonly statedVersion: string | null
  /** `base`, `awq`, `kv-int8`, ... */
  readonly variant: string
  /** As the server knows it; null means "ask `/v1/models`". */
  readonly model: string | null
  readonly recipe: Recipe
  /** Laid over the recipe's body. */
  readonly extraBody: Readonly<Record<string, unknown>>
  /** For the URL that it may be given later. */
  readonly connection: Connection
  readonly endpoint: Endpoint
  /** What must not be shown of all that the user gave, wherever it comes back: see `src/base/harmless.ts`. */
  readonly secrets: readonly string[]
}

export function isAtUrl(target: Target): target is UrlTarget {
  return target.endpoint.kind === 'url'
}

/** `vllm 0.4.1`, `vllm 0.4.1 awq`: how a target is called in suites, tables and messages. */
export function targetLabel({
  framework,
  version,
  variant,
}: Pick<Target, 'framework' | 'version' | 'variant'>): string {
  return [framework, version, variant === 'base' ? null : variant].filter((part) => part !== null).join(' ')
}
