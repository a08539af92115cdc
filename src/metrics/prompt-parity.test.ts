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

// Three prompts of 100 tokens of the workload; the server counts 110 each, 10 of which are the template's.
test('without counters the usage of the answers tells: 10 of each are the template, and of 330 tokens 33 more were found', () => {
  const said = (cachedPromptTokens: number) =>
    madeUpRecord({ promptTokens: 100, serverPromptTokens: 110, cachedPromptTokens })
  expect(cachedPromptShare([said(10), said(43), said(10)], null)).toBeCloseTo(0.1)
  expect(cachedPromptShare([said(0), said(0)], null)).toBe(0)
  // No cache holds more than the prompt has: 110 of 110, without the template's 10.
  expect(cachedPromptShare([said(1e9)], null)).toBeCloseTo(100 / 110)
  // Counters are about every request, answers only about those that told.
  expect(cachedPromptShare([said(110)], withCache(10, 1000))).toBe(0)
})

test('a server that tells no prompt tokens has no template that could be left out', () => {
  expect(cachedPromptShare([madeUpRecord()], withCache(3, 7))).toBeCloseTo(3 / 7)
})

function withCache(hits: number, queries: number | null): Telemetry {
  return madeUpTelemetry({}, { prefixCache: { hits, queries } })
}
