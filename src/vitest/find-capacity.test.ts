import { expect, test } from 'vitest'
import { inWords } from '../verdict/words.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

const capacity = (options: string): string => `
import { findCapacity, vllm } from ${ENTRY}
findCapacity('chat', { target: vllm(), slo: { ttft: { p90: 1000 }, errorRate: 0 }, load: { numPrompts: 600 }, resolution: 0.3, ${options} })`

test('the capacity of an engine that holds 4 requests/s is found and asserted', { timeout: 180_000 }, async () => {
  const project = benchProject({ 'bench/capacity.bench.ts': capacity('min: 3') })
  const { exitCode, output } = await project.bench()
  expect(output).toMatch(/capacity/)
  expect(exitCode).toBe(0)
  const { cases } = project.report()
  const judged = cases.flatMap(({ load, verdicts }) =>
    verdicts.map((verdict) => ({ ...verdict, ...inWords(verdict), rate: load.requestRate })),
  )
  expect(judged).toHaveLength(1)
  expect(judged[0]).toMatchObject({ kind: 'capacity', verdict: 'pass', objective: 'capacity >= 3 req/s', limit: 3 })
  // The verdict stands at the highest rate that holds, which is what it reports.
  expect(judged[0]?.observed).toBe(judged[0]?.rate)
  // The curve: every rate that was tried has its goodput, and the rates above do not hold.
  const above = cases.filter(({ load }) => (load.requestRate ?? 0) > (judged[0]?.rate ?? 0))
  expect(above.length).toBeGreaterThan(0)
  expect(above.every(({ metrics }) => metrics.goodput !== null)).toBe(true)
  expect(above.some(({ doubts }) => doubts.some(({ code }) => code === 'above-capacity'))).toBe(true)
})

test('a capacity below the one asked for fails the case, once', { timeout: 180_000 }, async () => {
  const project = benchProject({ 'bench/capacity.bench.ts': capacity('min: 50, from: 3, to: 12') })
  const { exitCode } = await project.bench()
  expect(exitCode).toBe(1)
  expect(project.report().failedCases).toEqual([])
  const failures = project.junit().filter(({ failure }) => failure !== null)
  expect(failures).toHaveLength(1)
  expect(failures[0]?.failure).toMatch(
    /capacity between \S+ req\/s, which holds, and \S+, which does not.*at least 50 were asked for/,
  )
})

test('a sweep judges nothing and shows the goodput at every rate', { timeout: 180_000 }, async () => {
  const project = benchProject({ 'bench/sweep.bench.ts': capacity("requestRates: 'sweep', from: 2, to: 8") })
  expect((await project.bench()).exitCode).toBe(0)
  const { cases } = project.report()
  expect(cases.map(({ load }) => load.requestRate)).toEqual([2, 2.83, 4, 5.66, 8])
  expect(cases.every(({ metrics, verdicts }) => metrics.goodput !== null && verdicts.length === 0)).toBe(true)
})

test('a misspelt option is an error that suggests the right one', { timeout: 60_000 }, async () => {
  const project = benchProject({ 'bench/capacity.bench.ts': capacity('minimum: 3') })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  expect(output).toMatch(/findCapacity has no option "minimum"/)
})
