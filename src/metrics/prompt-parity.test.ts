import { expect, test } from 'vitest'
import { madeUpTelemetry } from '../telemetry/telemetry.testkit.ts'
import type { Telemetry } from '../report.ts'
import { cachedPromptShare, promptTokenDifference } from './prompt-parity.ts'
import { madeUpRecord } from './records.testkit.ts'

// The workload says 7 tokens each; the servers say 34 and 36: 27 and 29 more.
const told = [34, 36, null].map((serverPromptTokens) => madeUpRecord({ serverPromptTokens }))

test('the difference is over the requests whose count was told', () => {
  expect(promptTokenDifference(told)).toEqual({ mean: 28, min: 27, max: 29, count: 2 })
  expect(promptTokenDifference([madeUpRecord()])).toBe(null)
})

test('the share of the cache is of the tokens looked up, or else of those sent: 34 + 36 + 7 = 77', () => {
  const withCache = (hits: number, queries: number | null): Telemetry =>
    madeUpTelemetry({}, { prefixCache: { hits, queries } })
  expect(cachedPromptShare(told, withCache(25, 100))).toBe(0.25)
  expect(cachedPromptShare(told, withCache(77, null))).toBe(1)
  expect(cachedPromptShare(told, withCache(0, 0))).toBe(null)
  expect(cachedPromptShare(told, null)).toBe(null)
})
