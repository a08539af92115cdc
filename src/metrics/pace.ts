import type { RequestRecord } from '../record.ts'
import type { Ms } from '../base/units.ts'
import { percent } from './percent.ts'

/**
 * Output within this time of the first of a piece is one piece. A single write of a proxy may come in several reads of the
 * socket, fractions of a millisecond apart, and a client's times are no more exact than that.
 */
const PIECE_MS: Ms = 1
/** So many pieces show a pace, however long the answer is. */
const ENOUGH_PIECES = 4
/** By this share TPOT may be too small, because the first piece hides the times of its tokens. */
const MOST_HIDDEN = 0.25

/** From this share of unobserved requests on, TPOT and ITL of a run are not judged. */
export const MOST_UNOBSERVED = 0.05

/** What a report says of the pace of its answers. */
export interface Pace {
  /** Completed, with two output tokens or more. */
  readonly requests: number
  /** Those that did not show their pace. */
  readonly unobserved: number
  /** On average, in one event or several of one read; null without such a request. */
  readonly tokensAtOnce: number | null
}

/**
 * Whether the pace of an answer can be seen in the times of its output: TPOT and ITL are observed for such requests only. A
 * proxy that buffers hands over everything at once, and the gaps between tokens are then 0 whatever the server did.
 *
 *     n   output tokens, at least 2            E   output events
 *     p   pieces: output within 1 ms of the first of a piece belongs to it
 *     k   tokens in the first piece, estimated from its share of the events: n x (events in it) / E
 *
 *     observed if   p >= max(2, min(4, ceil(n / 2)))   and   (k - 1) / (n - 1) <= 1/4
 *
 * TPOT divides the time from the first piece to the last by n - 1, and only n - k tokens were generated in it: TPOT is too small
 * by the share (k - 1) / (n - 1). For 16 tokens: one an event, 0; four an event (p = 4, k = 4), 3/15 = 20 %; in two halves
 * (p = 2), 7/15 = 47 %; all in one piece, 100 %. The number of pieces matters to ITL: where the first event comes by itself and
 * all others in one piece, TPOT is right, but of 15 gaps 14 are 0.
 */
export function showsPace({
  outputTokens: tokens,
  outputAt,
}: Pick<RequestRecord, 'outputTokens' | 'outputAt'>): boolean {
  if (tokens === null || tokens < 2) return false
  const needed = Math.max(2, Math.min(ENOUGH_PIECES, Math.ceil(tokens / 2)))
  const { pieces, inFirst } = piecesOf(outputAt, needed)
  const hidden = ((tokens * inFirst) / outputAt.length - 1) / (tokens - 1)
  return pieces === needed && hidden <= MOST_HIDDEN
}

/** Whether a completed request has a pace, and did not show it. */
export function hidesPace(record: Pick<RequestRecord, 'outputTokens' | 'outputAt'>): boolean {
  return (record.outputTokens ?? 0) >= 2 && !showsPace(record)
}

/** Counts the pieces, up to `most`, and the events in the first one. */
function piecesOf(outputAt: Float64Array, most: number): { pieces: number; inFirst: number } {
  let pieces = 0
  let inFirst = 0
  let startedAt = -Infinity
  for (const at of outputAt) {
    if (at - startedAt >= PIECE_MS) {
      pieces++
      startedAt = at
    }
    if (pieces === 1) inFirst++
    else if (pieces === most) break
  }
  return { pieces, inFirst }
}

/** How many of the requests that can have a pace did not show it, and how their tokens came. */
export function paceOf(records: readonly RequestRecord[]): Pace {
  const paced = records.filter(
    ({ outcome, outputTokens }) => outcome.status === 'completed' && outputTokens !== null && outputTokens >= 2,
  )
  const tokens = paced.reduce((sum, { outputTokens }) => sum + (outputTokens ?? 0), 0)
  const moments = paced.reduce((sum, { outputAt }) => sum + momentsOf(outputAt), 0)
  return {
    requests: paced.length,
    unobserved: paced.filter(hidesPace).length,
    tokensAtOnce: moments === 0 ? null : tokens / moments,
  }
}

/** Events of one read of the socket have one stamp. */
function momentsOf(outputAt: Float64Array): number {
  let moments = 0
  for (let i = 0; i < outputAt.length; i++) if (i === 0 || outputAt[i] !== outputAt[i - 1]) moments++
  return moments
}

/** So many requests did not show their pace that TPOT and ITL of the others are not those of the server. */
export function isBuffered({ requests, unobserved }: Pick<Pace, 'requests' | 'unobserved'>): boolean {
  return unobserved > MOST_UNOBSERVED * requests
}

/** A little more than one is the EOS token, which has no event. */
const SEVERAL_TOKENS = 1.2

/** `3.9 tokens came at once on average, in one event or one read`; null where it was about one. */
export function severalTokens({ tokensAtOnce }: Pick<Pace, 'tokensAtOnce'>): string | null {
  if (tokensAtOnce === null || tokensAtOnce < SEVERAL_TOKENS) return null
  return `${tokensAtOnce.toFixed(1)} tokens came at once on average, in one event or one read: TPOT is too small by the share of those that came first, and gaps within a read are 0 in ITL`
}

/** How many did not show their pace, in words that begin in lower case and have no full stop. */
export function unobservedPace({ requests, unobserved }: Pick<Pace, 'requests' | 'unobserved'>): string {
  const share = percent(unobserved / requests)
  return `the output of ${unobserved} of ${requests} requests (${share}) came in too few pieces to show its pace`
}
