import type { ProtocolId } from '../protocol/protocol.ts'
import type { FrameworkId } from '../report.ts'
import type { EngineProfile } from '../simulator/profile.ts'

/** What a body is built from. */
export interface BodyInput {
  readonly model: string
  readonly prompt: string
  readonly outputTokens: number
  /** Ask the server to produce exactly `outputTokens` (ignore EOS), where it can. */
  readonly fixedLength: boolean
}

/** How to talk to one server: the wire format and the fields it knows. */
export interface Recipe {
  readonly protocol: ProtocolId
  readonly path: string
  readonly body: (input: BodyInput) => Record<string, unknown>
  /** Whether the recipe can force the output length. */
  readonly canFixLength: boolean
}

/** Where the answers come from. `unset` is an error the moment somebody wants to run it. */
export type Endpoint =
  | { readonly kind: 'url'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'simulated'; readonly profile: EngineProfile }
  | { readonly kind: 'unset' }

/** Whom to ask, and how. */
export interface Target {
  readonly framework: FrameworkId
  readonly version: string | null
  /** `base`, `awq`, `kv-int8`, ... */
  readonly variant: string
  /** As the server knows it; null means "ask `/v1/models`". */
  readonly model: string | null
  readonly recipe: Recipe
  readonly endpoint: Endpoint
}

/** `vllm 0.4.1`, `vllm 0.4.1 awq`: how a target is called in suites, tables and messages. */
export function targetLabel({
  framework,
  version,
  variant,
}: Pick<Target, 'framework' | 'version' | 'variant'>): string {
  return [framework, version, variant === 'base' ? null : variant].filter((part) => part !== null).join(' ')
}
