import type { Ms } from '../base/units.ts'

/** One request as it goes on the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  /** Absolute path with query, for instance `/v1/completions`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type TransportFailure = 'connect' | 'tls' | 'truncated' | 'aborted'

/**
 * Hears what happens to one request, each call at the moment it happens. `onEnd` or `onError` comes last, exactly once;
 * nothing follows after `abort()`. `at` is when something became visible, on the run clock: everything that came in one read
 * of a socket shares it.
 */
export interface WireObserver {
  /** The request was handed to a connected socket. */
  onSent(): void
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, at: Ms): void
  /** A piece of the body, only valid during the call. */
  onBytes(bytes: Uint8Array, start: number, end: number, at: Ms): void
  onEnd(): void
  onError(kind: TransportFailure, message: string): void
}

export interface ConnectionFacts {
  readonly opened: number
  /** So many of them speak HTTP/2; absent where the transport does not. */
  readonly http2?: number
  /** Requests that found a connection which another one had used. */
  readonly reused: number
  /** Requests that lost such a connection before any byte of an answer, and were sent once more. */
  readonly resent: number
  /** Of each connection opened: the time until it could be used, TLS included. */
  readonly connectMs: readonly Ms[]
}

/** Carries requests to one server: over sockets, or into a simulated engine in the same process. */
export interface Transport {
  send(request: WireRequest, observer: WireObserver): { abort(): void }
  /**
   * Keeps so many connections open beyond those in use, as far as the limit allows, so that the next requests, of which
   * each takes one, need not wait. A used one that is lost is replaced at once. One that the server has announced to close
   * before `until` is replaced now; without `until` nobody looks. Resolves once they are open, or one of them could not be
   * or was closed unused: that is not tried again before the next call, and the requests will tell.
   */
  prepare(spare: number, until?: Ms): Promise<void>
  /** What became of connections since the start; null where there are no sockets. */
  connections(): ConnectionFacts | null
  /** Ends every connection. Requests in flight end with `aborted`. */
  close(): Promise<void>
}
