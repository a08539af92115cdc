import type { Ms } from '../base/units.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** What the means may differ by, whatever the network: of the client's mean TTFT, and at least. */
const TOLERATED_SHARE = 0.1
const TOLERATED_MS: Ms = 20
/** There and back once, and once more for what the polls were luckier with. */
const ROUND_TRIPS = 2
const MAX_COUNT_SHARE = 0.01
const MAX_COUNT_DIFFERENCE = 2

/**
 * Whether a server that counted `count` requests counted those of this run and no others. A few may be under way to its
 * page when it is read for the last time.
 */
export function countsThisRun(count: number, requests: number): boolean {
  return Math.abs(count - requests) <= Math.max(MAX_COUNT_DIFFERENCE, MAX_COUNT_SHARE * requests)
}

/**
 * A doubt where the server's own time to first token is not what the client saw, counted from the sending: by more than
 * two round trips and 10 % (at least 20 ms), or when the server counted other first tokens than those of this run.
 */
export function serverClientMismatch({ records, telemetry }: Pick<TrialFacts, 'records' | 'telemetry'>): TrialDoubt[] {
  if (telemetry === null) return []
  const server = telemetry.histograms.ttft
  const seen = records.flatMap(({ sentAt, firstOutputAt }) =>
    sentAt === null || firstOutputAt === null ? [] : [firstOutputAt - sentAt],
  )
  if (server === null || seen.length === 0) return []
  if (!countsThisRun(server.count, seen.length)) {
    const why =
      server.count < seen.length ? 'it died, or it was started anew' : 'somebody else uses it, or it was started anew'
    return mismatch(`The server counted ${server.count} first tokens where this run saw ${seen.length}: ${why}.`)
  }
  const clientMs = seen.reduce((a, b) => a + b) / seen.length
  const tolerated = Math.max(TOLERATED_MS, TOLERATED_SHARE * clientMs)
  const roundTripMs = telemetry.roundTripMs ?? 0
  const means = `Mean TTFT is ${clientMs.toFixed(1)} ms from the sending and ${server.meanMs.toFixed(1)} ms by the server's own count`
  if (clientMs - server.meanMs > tolerated + ROUND_TRIPS * roundTripMs) {
    return mismatch(
      `${means}, and a round trip takes ${roundTripMs.toFixed(1)} ms: look for a proxy, for the server's front, or for a busy client.`,
    )
  }
  return server.meanMs - clientMs > tolerated ? mismatch(`${means}: the server cannot mean these requests.`) : []
}

function mismatch(message: string): TrialDoubt[] {
  return [{ code: 'server-client-mismatch', message }]
}
