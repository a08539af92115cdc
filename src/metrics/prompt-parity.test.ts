import { expect, test } from 'vitest'
import { madeUpTelemetry } from '../telemetry/telemetry.testkit.ts'
import type { Telemetry } from '../report.ts'
import { cachedPromptShare, promptTokenDifference } from './prompt-parity.ts'
import { failedRecord, madeUpRecord } from './records.testkit.ts'

// The workload says 7 tokens each; the servers say 34 and 36: 27 and 29 more.
const told = [34, 36, null].map((serverPromptTokens) => madeUpRecord({ serverPromptTokens }))

test('the difference is over the requests whose count was told', () => {
  expect(promptTokenDifference(told)).toEqual({ mean: 28, min: 27, max: 29, count: 2 })
  expect(promptTokenDifference([madeUpRecord()])).toBe(null)
})

test('the share of the cache is of the tokens looked up, or else of those sent: 34 + 36 + 40 = 110', () => {
  const shorter = told.map((record) => ({ ...record, promptTokens: 40 }))
  expect(cachedPromptShare(shorter, withCache(25, 100))).toBe(0.25)
  expect(cachedPromptShare(shorter, withCache(110, null))).toBe(1)
  expect(cachedPromptShare(shorter, withCache(0, 0))).toBe(null)
  expect(cachedPromptShare(shorter, null)).toBe(null)
})

// The template has at least 27 tokens: of three requests that completed, 81 hits are its own.
test('what a chat template makes every prompt begin with is no warm cache of prompts', () => {
  expect(cachedPromptShare(told, withCache(81, 100))).toBe(0)
  expect(cachedPromptShare(told, withCache(48, 100))).toBe(0)
  expect(cachedPromptShare(told, withCache(91, 100))).toBeCloseTo(0.1)
  // One that failed may never have been looked up: 54 of the hits are the template's.
  const failed = [...told.slice(0, 2), failedRecord()]
  expect(cachedPromptShare(failed, withCache(64, 100))).toBeCloseTo(0.1)
})

test('a server that tells no prompt tokens has no template that could be left out', () => {
  expect(cachedPromptShare([madeUpRecord()], withCache(3, 7))).toBeCloseTo(3 / 7)
})

function withCache(hits: number, queries: number | null): Telemetry {
  return madeUpTelemetry({}, { prefixCache: { hits, queries } })
}
