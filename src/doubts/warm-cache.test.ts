import { expect, test } from 'vitest'
import type { CaseReport } from '../report.ts'
import { madeUpTelemetry } from '../telemetry/telemetry.testkit.ts'
import { obstaclesToComparison } from '../baseline/obstacles-to-comparison.ts'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'

/** Of 1000 prompt tokens so many were in the cache. */
function runWith(hits: number | null, nonceTokens = 8): CaseReport {
  const { load } = madeUpReport([madeUpRecord()])
  const telemetry = madeUpTelemetry({}, { prefixCache: hits === null ? null : { hits, queries: 1000 } })
  return madeUpReport([madeUpRecord()], { load: { ...load, nonceTokens }, telemetry })
}

const doubtsOf = ({ doubts }: CaseReport) => doubts.filter(({ code }) => code === 'warm-cache')

test.each([
  { name: 'a cache that is not told', run: runWith(null), share: null, doubt: false },
  { name: 'no hit', run: runWith(0), share: 0, doubt: false },
  { name: '5 %', run: runWith(50), share: 0.05, doubt: false },
  { name: '5.1 %', run: runWith(51), share: 0.051, doubt: true },
  { name: '82 % of prompts that are reused, as was asked for', run: runWith(820, 0), share: 0.82, doubt: false },
])('$name: share $share, doubt $doubt', ({ run, share, doubt }) => {
  expect(run.validity.cachedPromptShare).toBe(share)
  expect(doubtsOf(run)).toHaveLength(doubt ? 1 : 0)
})

test('the doubt tells the share and the remedy, and stands against a comparison, not against an objective', () => {
  const warm = runWith(820)
  expect(doubtsOf(warm)[0]?.message).toMatch(
    /^82\.0 % of the prompt tokens came from .* Give the server to this bench alone, or set `reusePrompts: true`/,
  )
  expect(warm.verdicts).toEqual([])
  expect(obstaclesToComparison(warm)).toEqual([doubtsOf(warm)[0]?.message])
  expect(obstaclesToComparison(runWith(0))).toEqual([])
})
