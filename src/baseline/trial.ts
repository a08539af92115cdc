import { BenchError } from '../base/errors.ts'
import { MOST_UNOBSERVED } from '../metrics/pace.ts'
import type { Ms, PerSecond } from '../base/units.ts'

/** One load run. The three arrays are aligned: the same index is the same request; NaN where it failed. */
export interface Trial {
  /** Of the workload: the same seed has the same arrival times, prompts and output lengths. */
  readonly seed: number
  readonly ttft: readonly Ms[]
  /** NaN also for an answer of one token, which has no such time. */
  readonly tpot: readonly Ms[]
  readonly e2eLatency: readonly Ms[]
}

/** Trials of the same load on both sides; those at the same index have the same seed and make a pair. */
export interface TrialPairs {
  readonly baseline: readonly Trial[]
  readonly candidate: readonly Trial[]
}

/** A baseline that was measured in another session carries that session's state, which no number of trials averages out. */
export interface StoredBaseline {
  /** `screening`: `confirm` runs the baseline again; `always`: the old version is gone, it delivers stored trials. */
  readonly stages: 'screening' | 'always'
  /**
   * Standard deviation, between sessions, of the mean of the same version, as a logarithm. From five stored sessions on
   * measure it; unless told 0.01 times how much the gate amplifies the speed of the machine at 60 to 80 % of the capacity.
   */
  readonly sessionSd?: { readonly [G in LatencyGateName]?: number }
}

/** One framework at one request rate. */
export interface RegressionCase extends TrialPairs {
  readonly id: string
  readonly framework: string
  /** Null, or Infinity, when all requests are sent at once. */
  readonly requestRate: PerSecond | null
  /** Absent: as the options of the whole build say. */
  readonly storedBaseline?: StoredBaseline
}

export type LatencyGateName = 'TTFT typical' | 'TTFT tail' | 'TPOT typical' | 'TPOT tail' | 'E2E typical' | 'throughput'

type Refuse = (code: 'no-data' | 'not-comparable', what: string, remedy: string) => never

export const TRIAL_METRICS = ['ttft', 'tpot', 'e2eLatency'] as const
export type TrialMetric = (typeof TRIAL_METRICS)[number]

/**
 * The pairs as they are, once they are known to be comparable.
 *
 * BenchError `no-data` for fewer than two pairs, a trial without requests, a metric that no request of a trial has on
 * either side, a TPOT that over 5 % of the requests have on one side only, and a time that is no time. `not-comparable` for
 * numbers of trials or of requests that differ between the sides, for seeds that differ within a pair or are all the same, and
 * for a candidate that is over 500 times as fast.
 */
export function checkPairs(label: string, { baseline, candidate }: TrialPairs): [baseline: Trial, candidate: Trial][] {
  const refuse: Refuse = (code, what, remedy) => {
    throw new BenchError(`${label}: ${what}.`, { code, remedy })
  }
  if (baseline.length !== candidate.length) {
    const what = `${baseline.length} baseline trials and ${candidate.length} candidate trials`
    refuse(
      'not-comparable',
      what,
      'Run both sides with the same seeds: trial i of one is paired with trial i of the other.',
    )
  }
  if (baseline.length < 2) {
    refuse(
      'no-data',
      `${baseline.length} pairs of trials`,
      'Noise shows only between trials: run three pairs, two at the least.',
    )
  }
  const pairs = baseline.map((trial, i): [Trial, Trial] => [trial, candidate[i] ?? trial])
  if (new Set(baseline.map(({ seed }) => seed)).size === 1) {
    refuse('not-comparable', 'all trials have the same seed', 'Give trial i the seed seed0 + i, on both sides alike.')
  }
  for (const [i, [before, after]] of pairs.entries()) {
    if (before.seed !== after.seed) {
      const what = `trial ${i} has seed ${after.seed}, its baseline has seed ${before.seed}`
      refuse('not-comparable', what, 'Run both sides with the same seeds, in the same order.')
    }
    const counts = [before, after].flatMap((trial) => TRIAL_METRICS.map((metric) => trial[metric]?.length))
    if (counts.some((count) => count !== counts[0])) {
      const what = `the times of trial ${i} have different lengths (${counts.join(', ')})`
      refuse('not-comparable', what, 'State every time of every request on both sides, NaN where a request failed.')
    }
    if (counts[0] === 0)
      refuse('no-data', `trial ${i} has no request`, 'Send some; nothing is no evidence of anything.')
    for (const metric of TRIAL_METRICS) checkTimes(refuse, `${metric} of trial ${i}`, before[metric], after[metric])
    checkPace(refuse, i, before, after)
  }
  return pairs
}

/** A side that lost the TPOT of answers which completed on both did not show the pace of all its requests. */
function checkPace(refuse: Refuse, i: number, before: Trial, after: Trial): void {
  const hasTpot = ({ tpot }: Trial, request: number): boolean => !Number.isNaN(tpot[request] ?? NaN)
  const completed = [...before.e2eLatency.keys()].filter(
    (request) => !Number.isNaN(before.e2eLatency[request]) && !Number.isNaN(after.e2eLatency[request] ?? NaN),
  )
  const oneSided = completed.filter((request) => hasTpot(before, request) !== hasTpot(after, request)).length
  if (oneSided <= MOST_UNOBSERVED * completed.length) return
  const what = `tpot of trial ${i}: ${oneSided} of ${completed.length} requests have it on one side only`
  refuse('no-data', what, 'Look for a proxy that buffers on one side: TPOT needs output that comes in several pieces.')
}

/** No build is so much faster; a result in seconds compared with one in milliseconds is. */
const UNBELIEVABLE = 500

function checkTimes(refuse: Refuse, what: string, before: readonly Ms[], after: readonly Ms[]): void {
  const wrong = [...before, ...after].find((time) => time <= 0 || time === Infinity)
  if (wrong !== undefined) {
    refuse('no-data', `${what}: a request took ${wrong} ms`, 'Times are above 0; a request that failed has NaN.')
  }
  const ratios = before.flatMap((time, i) => {
    const ratio = (after[i] ?? NaN) / time
    return Number.isNaN(ratio) ? [] : ratio
  })
  if (ratios.length === 0) {
    const remedy = 'A side on which everything failed is a failure of its own; look at its errors first.'
    refuse('no-data', `${what}: no request has it on both sides`, remedy)
  }
  if (ratios.every((ratio) => ratio < 1 / UNBELIEVABLE)) {
    const remedy = 'Times are in milliseconds on both sides: look for seconds, or for answers that are none.'
    refuse('not-comparable', `${what}: every request is over ${UNBELIEVABLE} times as fast as before`, remedy)
  }
}
