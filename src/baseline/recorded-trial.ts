import { BenchError } from '../errors.ts'
import { decodeRequests } from '../metrics/columns.ts'
import { isBuffered, unobservedPace } from '../metrics/pace.ts'
import type { RunReport } from '../report.ts'
import type { Ms } from '../units.ts'
import type { Trial, TrialPairs } from './trial.ts'

/** A trial with every request that was sent, and what its workload was. */
export interface RecordedTrial extends Trial {
  /** How many requests at its start arrived while the batch filled: no metric counts them. */
  readonly trimmed: number
  /** SHA-256 of its prompts, lengths and offsets. */
  readonly digest: string
}

/**
 * BenchError `bad-report` where the report's columns are cut; `no-data` where so many requests did not show their pace that the
 * TPOT of the others is not the server's.
 */
export function recordedTrial({ case: name, load, requests, validity }: RunReport): RecordedTrial {
  if (isBuffered(validity.pace)) {
    throw new BenchError(`${name} has no TPOT to compare: ${unobservedPace(validity.pace)}.`, {
      code: 'no-data',
      remedy:
        'Switch off what buffers between server and client (nginx: `proxy_buffering off`), or ask the server itself.',
    })
  }
  const { ttft, tpot, e2eLatency } = decodeRequests(requests)
  return {
    seed: load.seed + load.trial,
    digest: load.digest,
    trimmed: validity.warmup.trimmed,
    ttft: ttft.map(orNaN),
    tpot: tpot.map(orNaN),
    e2eLatency: e2eLatency.map(orNaN),
  }
}

/** Trials of both sides as pairs, those at the same index together; one that has no partner is left to `checkPairs`. */
export function pairTrials(before: readonly RecordedTrial[], after: readonly RecordedTrial[]): TrialPairs {
  if (before.length !== after.length) return { baseline: before, candidate: after }
  const pairs = before.map((trial, i) => pairOf(trial, after[i] ?? trial))
  return { baseline: pairs.map(([baseline]) => baseline), candidate: pairs.map(([, candidate]) => candidate) }
}

/**
 * Two trials of one workload as a pair: without the requests that either side trims, so that the same index stays the same
 * request. One that failed on either side is never trimmed.
 */
function pairOf(before: RecordedTrial, after: RecordedTrial): [baseline: Trial, candidate: Trial] {
  const trimmed = Math.max(before.trimmed, after.trimmed)
  const isFailed = (index: number): boolean => [before, after].some((side) => Number.isNaN(side.e2eLatency[index]))
  const measured = (times: readonly Ms[]): Ms[] => times.filter((_, index) => index >= trimmed || isFailed(index))
  const side = ({ seed, ttft, tpot, e2eLatency }: RecordedTrial): Trial => ({
    seed,
    ttft: measured(ttft),
    tpot: measured(tpot),
    e2eLatency: measured(e2eLatency),
  })
  return [side(before), side(after)]
}

const orNaN = (time: Ms | null): Ms => time ?? NaN
