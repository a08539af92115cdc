import type { RequestRecord } from '../record.ts'
import type { Series } from '../report.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { durationOf, startOf } from './duration.ts'
import { inFlightSteps } from './peak-concurrency.ts'

/**
 * One value for each second of the run, from its first due time to its last end.
 *
 * `inFlight` is the most within the second, `completions` those that ended in it. `outputTokens` gives every event of
 * a request the same part of the request's tokens, because no server says how many a single event carried; failed
 * requests that generated something are in it. `records` is not empty.
 */
export function seriesOf(records: readonly RequestRecord[]): Series {
  const start = startOf(records)
  const seconds = Math.floor(durationOf(records) / MS_PER_SECOND) + 1
  const secondOf = (at: Ms): number => Math.floor((at - start) / MS_PER_SECOND)

  const completions = Array<number>(seconds).fill(0)
  const outputTokens = Array<number>(seconds).fill(0)
  for (const { outcome, endedAt, outputAt, outputTokens: tokens } of records) {
    if (outcome.status === 'completed') add(completions, secondOf(endedAt), 1)
    const share = (tokens ?? 0) / outputAt.length
    if (share > 0) for (const at of outputAt) add(outputTokens, secondOf(at), share)
  }
  return { inFlight: peaks(records, seconds, secondOf), completions, outputTokens }
}

/** A second without any change keeps the level it began with. */
function peaks(records: readonly RequestRecord[], seconds: number, secondOf: (at: Ms) => number): number[] {
  const result = Array<number>(seconds).fill(0)
  let level = 0
  let reached = -1
  for (const { at, inFlight } of inFlightSteps(records)) {
    const second = secondOf(at)
    for (; reached < second; reached++) result[reached + 1] = level
    result[second] = Math.max(result[second] ?? 0, inFlight)
    level = inFlight
  }
  return result
}

function add(values: number[], i: number, amount: number): void {
  values[i] = (values[i] ?? 0) + amount
}
