import type { Ms } from '../base/units.ts'

/** How long a request may keep us waiting. `Infinity` switches one off. */
export interface Timeouts {
  /** From the decision to send until the request is on a connected socket. */
  readonly connect: Ms
  /** From then until the first byte of the body. The head does not count: some servers send it before they queue. */
  readonly firstByte: Ms
  /** Between two reads of the body. Comments that a server sends to keep a stream open count as bytes. */
  readonly idle: Ms
  /** From the decision to send until the end of the answer. */
  readonly total: Ms
}

/**
 * Long enough for a saturated server to answer late rather than not at all: a deep queue is a latency to report, and
 * only a dead engine behind a live HTTP server should be cut off.
 */
export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, firstByte: 120_000, idle: 60_000, total: 600_000 }
