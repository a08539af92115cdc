import type { Clock } from '../clock.ts'
import type { Transport } from '../client/transport.ts'
import type { ProtocolId } from '../protocol/protocol.ts'
import type { FrameworkId } from '../report.ts'

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
  body(input: BodyInput): Record<string, unknown>
  /** Whether the recipe can force the output length. */
  readonly canFixLength: boolean
}

/** Makes a transport on the given clock; a fresh server for every run, so that runs do not warm each other. */
export type SimulatedServer = (clock: Clock, seed: number) => Transport

export type Endpoint =
  | { readonly kind: 'url'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'simulated'; readonly start: SimulatedServer }

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
