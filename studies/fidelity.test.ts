import { expect, test } from 'vitest'
import { PUBLISHED, type PublishedRow, rowName, STUDY } from '../fixtures/published-study.ts'
import { findProfile } from '../src/frameworks/find-profile.ts'
import { measureDraws, measureFidelity, medianOfMeans } from './fidelity.ts'
import { simulateRow } from './simulate-row.ts'

const rows = PUBLISHED.map((published) => ({
  name: rowName(published),
  published,
  simulated: simulateRow(findProfile(published.framework, published.variant), published, STUDY),
}))
const simulatedAt = (name: string): (typeof rows)[number]['simulated'] =>
  rows.find((row) => row.name === name)!.simulated

test('104 cells of 15 rows: median error up to 3 %, at least 92 within 10 %, no P50 off by more than 18 %', () => {
  const { rows: compared, cells, median, within10, worstP50 } = measureFidelity()
  expect([compared.length, cells]).toEqual([15, 15 * 7 - 1])
  expect(median).toBeLessThanOrEqual(0.03)
  expect(within10).toBeGreaterThanOrEqual(92)
  expect(worstP50).toBeLessThanOrEqual(0.18)
})

test('other draws of the length law fit too: median error of their means up to 4 %, without P99 of TTFT', () => {
  expect(medianOfMeans(measureDraws())).toBeLessThanOrEqual(0.04)
})

test.for(rows)('$name: throughputs within 4 %', ({ published, simulated }) => {
  const seconds = simulated.cells[0]! / 1000
  const off = (perRun: number, published: number): number => Math.abs(perRun / seconds / published - 1)
  expect(off(published.numPrompts, published.requestThroughput)).toBeLessThan(0.04)
  expect(off(inputTokens(published), published.inputThroughput)).toBeLessThan(0.04)
  expect(off(simulated.outputTokens, published.outputThroughput)).toBeLessThan(0.04)
})

test('vLLM at 8 requests/s: 200 to 400 requests pend, the KV cache is full, sequences are preempted', () => {
  const { peak, preemptions } = simulatedAt('vllm base @8')
  expect(peak.waiting).toBeGreaterThan(200)
  expect(peak.waiting).toBeLessThan(400)
  expect(peak.kvUsage).toBeGreaterThanOrEqual(0.97)
  expect(preemptions).toBeGreaterThan(0)
})

test('lmdeploy at 8 requests/s is not saturated: its median first token comes within 250 ms, its slowest after seconds', () => {
  const [duration, p50, , p99] = simulatedAt('lmdeploy base @8').cells
  // 1000 requests at 8 a second are 125 s, and the last answer takes its time.
  expect(duration).toBeLessThan(150_000)
  expect(p50).toBeLessThan(250)
  expect(p99).toBeGreaterThan(2000)
})

test('mlc-llm with its 48 places queues for seconds at 5 requests/s', () => {
  const [, p50] = simulatedAt('mlc-llm w4a16 @5').cells
  expect(p50).toBeGreaterThan(2000)
  expect(p50).toBeLessThan(4000)
})

/** ShareGPT's tokens, without the chat template that mlc-llm adds. */
function inputTokens({ numPrompts }: PublishedRow): number {
  return STUDY.promptTokens.slice(0, numPrompts).reduce((total, tokens) => total + tokens, 0)
}
