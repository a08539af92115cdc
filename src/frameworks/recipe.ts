import type { ProtocolId } from '../protocol/protocols.ts'

/** What is asked of a server. */
export interface CallInput {
  readonly model: string
  readonly prompt: string
  readonly outputTokens: number
  /** Ask the server to produce exactly `outputTokens` (ignore EOS), where it can. */
  readonly fixedLength: boolean
}

/** What a body is built from. */
export interface BodyInput extends CallInput {
  /** Of the server; null where nobody knows it. Fields come and go with versions. */
  readonly version: string | null
}

/** Fields of the body of a request. */
export type Fields = Readonly<Record<string, unknown>>

/** How to talk to one server: the wire format and the fields it knows. */
export interface Recipe {
  readonly protocol: ProtocolId
  readonly path: string
  readonly body: (input: BodyInput) => Fields
  /** Whether the recipe can force the output length. */
  readonly canFixLength: boolean
}

/** `native` is the server's own protocol. */
export type EndpointName = 'completions' | 'chat' | 'native'
