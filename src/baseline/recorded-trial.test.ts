import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { pairTrials, recordedTrial, type RecordedTrial } from './recorded-trial.ts'

test('a trial keeps every request, with NaN where one failed', () => {
  const report = madeUpReport([madeUpRecord(), failedRecord({ dueAt: 1000 })])
  const { seed, digest, trimmed, ttft, tpot, e2eLatency } = recordedTrial(report)
  expect({ seed, digest, trimmed }).toEqual({ seed: 0, digest: 'abc', trimmed: 0 })
  expect(ttft).toEqual([expect.closeTo(100, 1), NaN])
  expect(tpot).toEqual([expect.closeTo(10, 1), NaN])
  expect(e2eLatency).toEqual([expect.closeTo(140, 1), NaN])
})

test('a run whose pace was not seen has no TPOT that could be compared', () => {
  const atOnce = madeUpRecord({ outputAt: Float64Array.of(90, 90, 90, 90, 90) })
  expect(() => recordedTrial(madeUpReport([atOnce]))).toThrow(
    /has no TPOT to compare: the output of 1 of 1 requests .*proxy_buffering off/,
  )
})

/** Requests that all take their number, from 1, in ms. */
function numbered(trimmed: number, differences: Record<number, number> = {}): RecordedTrial {
  const times = [1, 2, 3, 4].map((time, i) => differences[i] ?? time)
  return { seed: 0, digest: 'abc', trimmed, ttft: times, tpot: times, e2eLatency: times }
}

test('a pair is without what either side trims, so that the same index stays the same request', () => {
  const { baseline, candidate } = pairTrials([numbered(1)], [numbered(2)])
  expect(baseline[0]?.ttft).toEqual([3, 4])
  expect(candidate[0]?.ttft).toEqual([3, 4])
})

test('a request that failed on either side is trimmed on neither', () => {
  const { baseline, candidate } = pairTrials([numbered(2)], [numbered(2, { 0: NaN })])
  expect(baseline[0]?.e2eLatency).toEqual([1, 3, 4])
  expect(candidate[0]?.e2eLatency).toEqual([NaN, 3, 4])
})
