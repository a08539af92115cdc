import type { Ms, Tokens } from './base/units.ts'

/**
 * Why a request does not count as completed.
 *
 * `length-mismatch` is only a failure where the load asks for it; by default such a request completes and is flagged.
 */
export const FAILURE_KINDS = [
  'connect',
  'tls',
  'http-status',
  'first-byte-timeout',
  'idle-timeout',
  'total-timeout',
  'in-band-error',
  'truncated',
  'empty',
  'length-mismatch',
  'aborted',
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

export type Outcome =
  | { readonly status: 'completed' }
  | { readonly status: 'failed'; readonly kind: FailureKind; readonly message: string }

/** Where a request's number of output tokens comes from, best first. `events` is an estimate and marked as one. */
export type TokenSource = 'usage' | 'fixed-length' | 'retokenised' | 'events'

/**
 * One request as observed. Nothing derived.
 *
 * Times are fractional ms on the run clock; `null` means that it never happened. Events that arrived in one socket read
 * carry one stamp, because that is when they became visible.
 */
export interface RequestRecord {
  /**
   * Position in the schedule: records are kept in this order. The first that is measured has 0; those before it, which only
   * fill the server's batch, count up to -1.
   */
  readonly index: number
  /** When the schedule wanted it sent. Latency counts from here. */
  readonly dueAt: Ms
  /** When it left (was handed to a connected socket); null if it never did. */
  readonly sentAt: Ms | null
  /** Response head. Some servers send it before they have queued the request: not a latency of the model. */
  readonly headAt: Ms | null
  readonly firstByteAt: Ms | null
  /** First event of any kind, a role delta or an empty text included. */
  readonly firstEventAt: Ms | null
  /** First event with generated output: text, reasoning or tool arguments. */
  readonly firstOutputAt: Ms | null
  /** First event with output that is not reasoning. */
  readonly firstAnswerAt: Ms | null
  readonly lastOutputAt: Ms | null
  /** The stream ended, failed or was given up. */
  readonly endedAt: Ms
  /** One stamp for each event with generated output, in order. */
  readonly outputAt: Float64Array
  /** As the workload counts them; the server's own count, where it tells one, is `serverPromptTokens`. */
  readonly promptTokens: Tokens
  readonly serverPromptTokens: Tokens | null
  /** Of the server's count, those that it found in its prefix cache; absent where its answer does not tell. */
  readonly cachedPromptTokens?: Tokens
  readonly requestedOutputTokens: Tokens
  /** Null when nothing was generated or nothing can be said. */
  readonly outputTokens: Tokens | null
  readonly outputTokensSource: TokenSource | null
  /** What the server counted and the request could not hold, in words; absent where every count is believed. */
  readonly disbelieved?: string
  /** The server's own word. */
  readonly finishReason: string | null
  readonly outcome: Outcome
}

/** The request was sent to fill the server's batch before those that are measured. */
export function isFill({ index }: Pick<RequestRecord, 'index'>): boolean {
  return index < 0
}
