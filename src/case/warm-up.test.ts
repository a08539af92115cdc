import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Progress } from '../load/progress.ts'
import { vllm } from '../frameworks/index.ts'
import { formatVerdicts } from './failed-assertion.ts'
import { fixedLengths } from '../workload/fixed-lengths.ts'
import type { Workload } from '../workload/workload.ts'
import { describeEnvironment } from './environment.ts'
import type { LoadOptions } from './load-options.ts'
import { resolvedCase } from './resolve.testkit.ts'
import { runCase } from './run-case.ts'
import { announce } from './warm-up.ts'

const LOAD: LoadOptions = {
  requestRate: 8,
  numPrompts: 40,
  dataset: fixedLengths({ promptTokens: 20, outputTokens: 20 }),
  maxClientError: false,
}

/** A case of vLLM: a simulated engine unless a URL is given. */
async function run(load: Partial<LoadOptions>, { url, signal }: { url?: string; signal?: AbortSignal } = {}) {
  const plans: string[] = []
  const heard: Progress[] = []
  const serving = {
    name: 'a case',
    target: vllm(url === undefined ? {} : { url, model: 'made-up' }),
    load: { ...LOAD, ...load },
  }
  const ran = await runCase(resolvedCase(serving), {
    environment: describeEnvironment(),
    signal: signal ?? new AbortController().signal,
    onProgress: (progress) => void heard.push(progress),
    onPlan: (plan) => void plans.push(plan),
  })
  return { ...ran, plans, heard }
}

test('all that were asked for are measured, after as many as fill the batch, and are the same without them', async () => {
  const { report, metrics, records, plans, heard } = await withMetrics({ warmup: 5 })
  const { sent, trimmed } = report.validity.warmup
  const answer = metrics.e2eLatency?.p50 ?? Number.NaN
  expect(sent).toBe(5)
  // The fill lasts longer than an answer, and at 8 a second not longer than two and one request more.
  expect(trimmed * 125).toBeGreaterThan(answer)
  expect(trimmed * 125).toBeLessThan(2 * answer + 125)
  expect(metrics).toMatchObject({ completed: 40, failed: 0, outputTokens: 800 })
  expect(records).toHaveLength(40 + trimmed)
  expect(report.validity).toMatchObject({ sentShare: 1, stimulus: { dueRate: expect.closeTo(8, 9) } })
  expect(report.doubts.map(({ code }) => code)).not.toContain('short-fill')
  expect(plans).toEqual([`5 requests warmed the server up; then ${trimmed} fill its batch; then 40 count`])
  expect(heard.find(({ phase }) => phase === 'warm-up')).toMatchObject({ total: 5 })
  expect(heard.at(-1)).toMatchObject({ phase: 'load', completed: 40, total: 40 })
  const without = await withMetrics({})
  expect(without.report.trials[0]?.digest).toBe(report.trials[0]?.digest)
  expect(without.report.validity.warmup).toEqual({ sent: 0, failed: 0, trimmed: 0 })
  expect(without.plans).toEqual([])
})

test('one request of a kind is told as one', () => {
  const plans: string[] = []
  const measured = { fill: 1 } as Workload
  announce(
    { sent: 1, failed: 0, medianAnswer: null },
    measured,
    { numPrompts: 1, trials: 1 },
    { onPlan: (plan) => plans.push(plan) },
  )
  expect(plans).toEqual(['1 request warmed the server up; then 1 fills its batch; then 1 counts'])
})

async function withMetrics(load: Partial<LoadOptions>) {
  const ran = await run(load)
  return { ...ran, metrics: ran.report.metrics }
}

test('fill says otherwise: none, or so many; all at once has none', async () => {
  const trimmed = async (load: Partial<LoadOptions>) => (await run(load)).report.validity.warmup.trimmed
  expect(await trimmed({ warmup: 5, fill: false })).toBe(0)
  expect(await trimmed({ fill: 7 })).toBe(7)
  expect(await trimmed({ warmup: 5, requestRate: Infinity })).toBe(0)
})

test('each trial has a fill of its own, and the progress is one bar over all', async () => {
  const { report, records, completed, heard, plans } = await run({ warmup: 5, trials: 3 })
  expect(report.trials.map(({ validity }) => validity.warmup.sent)).toEqual([5, 0, 0])
  const fills = report.trials.map(({ validity }) => validity.warmup.trimmed)
  expect(Math.min(...fills)).toBeGreaterThan(0)
  expect(completed).toBe(120)
  expect(records).toHaveLength(120 + fills.reduce((a, b) => a + b))
  expect(heard.at(-1)).toMatchObject({ phase: 'load', completed: 120, total: 120 })
  expect(plans[0]).toMatch(/then 40 count, in each of 3 trials$/)
})

/** A server whose answers have one token. `hear` is called with the number of each, from 1; false refuses it. */
async function serve(hear: (number: number) => boolean): Promise<string> {
  let number = 0
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') return void response.end('{"data":[{"id":"made-up"}]}')
    if (request.method !== 'POST') return void response.writeHead(404).end()
    request.resume()
    if (!hear(++number)) return void response.writeHead(500).end('no')
    const event = { choices: [{ index: 0, text: 'a', finish_reason: 'length' }] }
    response.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/**
 * 2 requests of warm-up, then 4 that fill the batch and 10 that are measured, 40 a second. Under a cap no run is invalid, and
 * repeated, because the machine of the test was busy.
 */
const REAL: Partial<LoadOptions> = {
  requestRate: 40,
  numPrompts: 10,
  warmup: 2,
  fill: 4,
  maxConcurrency: 64,
  dataset: fixedLengths({ promptTokens: 20, outputTokens: 1 }),
}

test.each([1, 2])('a request of the fill that fails is counted, sent from %d threads', async (threads) => {
  const url = await serve((number) => number !== 4)
  const { report } = await run({ ...REAL, threads }, { url })
  expect(report.metrics).toMatchObject({ completed: 10, failed: 1 })
  expect(report.validity).toMatchObject({ sentShare: 1, warmup: { sent: 2, failed: 0, trimmed: 4 } })
  expect(formatVerdicts(report, [])).toMatch(/ 10\/11 requests in \d+\.\d s, 1 failed\n {4}1 x http-status/)
})

test('a run that is cut short while the batch fills has measured nothing, and says what it sent', async () => {
  const stop = new AbortController()
  const url = await serve((number) => {
    if (number === 4) stop.abort()
    return number !== 3
  })
  await expect(run({ ...REAL, requestRate: 8 }, { url, signal: stop.signal })).rejects.toThrow(
    /a case was cut short before its first measured request\. \d were sent to fill the batch; 1 of them failed with http-status/,
  )
})

test('a later trial that is cut short while the batch fills leaves the earlier ones', async () => {
  const stop = new AbortController()
  const url = await serve((number) => {
    // 2 + 4 + 10 of the first trial, then the first of the next fill.
    if (number === 17) stop.abort()
    return true
  })
  const { report } = await run({ ...REAL, requestRate: 12, trials: 2 }, { url, signal: stop.signal })
  expect(report.trials).toHaveLength(1)
  expect(report.metrics.completed).toBe(10)
  expect(report.verdicts).toContainEqual(expect.objectContaining({ reason: 'all-trials', verdict: 'invalid' }))
})

test('a run that is cut short among its measured requests says how many of them were never sent', async () => {
  const stop = new AbortController()
  const url = await serve((number) => {
    if (number === 2 + 4 + 7) stop.abort()
    return true
  })
  const { report } = await run(REAL, { url, signal: stop.signal })
  const { completed, failed } = report.metrics
  const unsent = 10 - completed - failed
  expect(unsent).toBeGreaterThan(0)
  expect(formatVerdicts(report, [])).toMatch(
    new RegExp(` ${completed}/10 requests in .* s, ${failed} failed, ${unsent} never sent`),
  )
})
