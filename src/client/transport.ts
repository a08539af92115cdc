/** One request as it goes on the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  /** Absolute path with query, for instance `/v1/completions`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface ConnectionCounts {
  readonly opened: number
  /** Requests that found one open. */
  readonly reused: number
  /** Of those, the ones that lost it before any byte of an answer and were sent once more. */
  readonly resent: number
}

export type TransportFailure = 'connect' | 'tls' | 'truncated' | 'aborted'

/**
 * Hears what happens to one request, each call at the moment it happens. `onEnd` or `onError` comes last, exactly once;
 * nothing follows after `abort()`.
 */
export interface WireObserver {
  /** The request was handed to a connected socket. */
  onSent(): void
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void
  /** The bytes are only valid during the call. */
  onBytes(bytes: Uint8Array): void
  onEnd(): void
  onError(kind: TransportFailure, message: string): void
}

/** Carries requests to one server: over sockets, or into a simulated engine in the same process. */
export interface Transport {
  send(request: WireRequest, observer: WireObserver): { abort(): void }
  /** Since the start; null where there are no sockets. */
  connections(): ConnectionCounts | null
  /** Ends every connection. Requests in flight end with `aborted`. */
  close(): Promise<void>
}
