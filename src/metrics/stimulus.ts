import type { RequestRecord } from '../record.ts'
import type { Stimulus } from '../report.ts'
import { ksDistance } from '../stats/ks-distance.ts'
import { MS_PER_SECOND, type Ms, type PerSecond } from '../base/units.ts'

/** A send that is later than this after its due time is counted as late. */
const LATE_SEND_MS: Ms = 5

/** Gaps that differ by less are the same: the grain of timers. */
const GAP_TOLERANCE_MS: Ms = 1

/**
 * How the load that left compares with the one that was asked for: rates, and the gaps between sendings against the gaps
 * of the schedule. Failed requests were sent as well.
 */
export function stimulusOf(records: readonly RequestRecord[]): Stimulus {
  const sent = records.filter((record): record is RequestRecord & { sentAt: Ms } => record.sentAt !== null)
  return {
    dueRate: rateOf(records.map(({ dueAt }) => dueAt)),
    sentRate: rateOf(sent.map(({ sentAt }) => sentAt)),
    gapDistance: ksDistance(
      gapsOf(sent.map(({ dueAt }) => dueAt)),
      gapsOf(sent.map(({ sentAt }) => sentAt)),
      GAP_TOLERANCE_MS,
    ),
    lateSends: sent.filter(({ dueAt, sentAt }) => sentAt - dueAt > LATE_SEND_MS).length,
  }
}

/** A second between the first and the last: n moments span n - 1 gaps. Null for fewer than two moments. */
function rateOf(moments: readonly Ms[]): PerSecond | null {
  const window =
    moments.reduce((a, b) => Math.max(a, b), -Infinity) - moments.reduce((a, b) => Math.min(a, b), Infinity)
  return window > 0 ? ((moments.length - 1) / window) * MS_PER_SECOND : null
}

function gapsOf(moments: readonly Ms[]): Ms[] {
  const sorted = moments.toSorted((a, b) => a - b)
  return sorted.slice(1).map((moment, i) => moment - (sorted[i] ?? moment))
}
