import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { WireRequest } from '../client/transport.ts'
import type { RequestRecord } from '../record.ts'
import type { Workload } from '../workload/workload.ts'
import type { Progress } from './progress.ts'
import type { LoadHooks } from './load-generator.ts'
import { type LoadPlan, planLoad, type PlanOptions, type ServerEndpoint } from './load-plan.ts'
import type { LoadResult } from './run-load.ts'
import { thisThread } from './this-thread.ts'
import { openThreads } from './threads.ts'

type Answer = (index: number, response: ServerResponse) => void

/** A server that knows which request it answers, and what it was asked. */
async function serve(answer: Answer): Promise<{ url: string; bodies: Map<number, string>; mostInFlight(): number }> {
  const bodies = new Map<number, string>()
  let inFlight = 0
  let most = 0
  const server = createServer((request: IncomingMessage, response) => {
    const index = Number(request.headers['x-index'])
    most = Math.max(most, ++inFlight)
    response.once('close', () => void inFlight--)
    void request.toArray().then((chunks) => {
      bodies.set(index, Buffer.concat(chunks).toString())
      answer(index, response)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, mostInFlight: () => most }
}

/** Request i is answered by so many events. */
const tokensOf = (index: number): number => 1 + (index % 5)

const answerWhole: Answer = (index, response) => {
  for (let i = 0; i < tokensOf(index); i++) response.write(event('a'))
  response.end(event('', 'length'))
}

function event(text: string, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: finishReason }] })}\n\n`
}

const OFFSETS = Array.from({ length: 23 }, (_, i) => i * 3)

function workload(offsets = OFFSETS): Workload {
  const requests = offsets.map((_, i) => ({ prompt: `prompt ${i}`, promptTokens: i, outputTokens: tokensOf(i) }))
  return { requests, offsets, seed: 0, digest: '' }
}

function toWireRequest({ prompt }: { prompt: string }, index: number): WireRequest {
  const headers = { 'x-index': String(index) }
  return { method: 'POST', path: '/v1/completions', headers, body: JSON.stringify({ prompt }) }
}

interface Options extends Partial<PlanOptions>, LoadHooks {
  readonly threads?: number
}

/** One load from threads of its own. */
async function runThreaded(url: string, { threads = 2, signal, onProgress, ...options }: Options): Promise<LoadResult> {
  const generator = openThreads(threads)
  try {
    return await generator.send(planTo(url, options), { ...(signal && { signal }), onProgress })
  } finally {
    await generator.close()
  }
}

function planTo(url: string, options: Partial<PlanOptions>): LoadPlan {
  const plan = planLoad({
    workload: workload(),
    toWireRequest,
    protocol: 'openai-completions',
    fixedLength: true,
    ...options,
  })
  return { ...plan, endpoint: { kind: 'url', url, tls: {}, proxy: null, transport: 'http' } }
}

/** What does not depend on how fast the machine is. */
function timeless({
  index,
  promptTokens,
  outputTokens,
  outputTokensSource,
  finishReason,
  outcome,
  ...record
}: RequestRecord) {
  const events = record.outputAt.length
  return { index, promptTokens, outputTokens, outputTokensSource, finishReason, outcome, events }
}

test.for([1, 2, 3])(
  '%s threads bring the records that this thread alone brings, each due when the schedule says',
  async (threads) => {
    const alone = await serve(answerWhole)
    const expected = await thisThread().send(planTo(alone.url, {}))

    const server = await serve(answerWhole)
    const result = await runThreaded(server.url, { threads })
    expect(result.records.map(timeless)).toEqual(expected.records.map(timeless))
    expect(server.bodies).toEqual(alone.bodies)
    const first = result.records[0]!.dueAt
    for (const [i, { dueAt, sentAt, outputAt, endedAt }] of result.records.entries()) {
      expect(dueAt - first).toBeCloseTo(OFFSETS[i]!)
      expect([dueAt, sentAt, ...outputAt, endedAt]).toEqual(
        [dueAt, sentAt, ...outputAt, endedAt].toSorted((a, b) => a! - b!),
      )
    }
    expect(result).toMatchObject({ unsent: 0, aborted: false, threads: { count: threads, crash: null } })
    const { opened, reused, connectMs } = result.connections!
    expect(connectMs).toHaveLength(opened)
    expect(opened + reused).toBeGreaterThanOrEqual(OFFSETS.length)
  },
)

test('threads send by undici what this thread sends by our own transport', async () => {
  const [ours, theirs] = [await serve(answerWhole), await serve(answerWhole)]
  const expected = await thisThread().send(planTo(ours.url, {}))
  const generator = openThreads(2)
  onTestFinished(() => generator.close())
  const plan = planTo(theirs.url, {})
  const result = await generator.send({
    ...plan,
    endpoint: { ...plan.endpoint, transport: 'undici' } as ServerEndpoint,
  })
  expect(result.records.map(timeless)).toEqual(expected.records.map(timeless))
  expect(theirs.bodies).toEqual(ours.bodies)
  expect(result.connections).toMatchObject({ http2: 0, resent: 0 })
})

test('a limit of concurrency holds over all threads', async () => {
  const server = await serve((index, response) => setTimeout(answerWhole, 3, index, response))
  const all = workload(OFFSETS.map(() => 0))
  const { records } = await runThreaded(server.url, { workload: all, threads: 3, maxConcurrency: 2 })
  expect(records.map(({ outcome }) => outcome.status)).toEqual(OFFSETS.map(() => 'completed'))
  expect(server.mostInFlight()).toBe(2)
})

test('there are no more threads than requests', async () => {
  const server = await serve(answerWhole)
  const result = await runThreaded(server.url, { workload: workload([0, 0]), threads: 8 })
  expect(result.threads).toEqual({ count: 2, crash: null })
})

test('an abort reaches every thread, and what was measured comes back', async () => {
  const stop = new AbortController()
  const server = await serve((_index, response) => {
    response.write(event('a'))
    if (server.bodies.size === 4) stop.abort()
  })
  const offsets = [0, 0, 0, 0, 1e6, 1e6]
  const result = await runThreaded(server.url, { workload: workload(offsets), signal: stop.signal })
  expect(result).toMatchObject({ unsent: 2, aborted: true })
  expect(result.records.map(({ index, outcome }) => [index, outcome.status])).toEqual(
    [0, 1, 2, 3].map((i) => [i, 'failed']),
  )
})

test('a load that is aborted before it starts sends nothing', async () => {
  const server = await serve(answerWhole)
  const result = await runThreaded(server.url, { signal: AbortSignal.abort() })
  expect(result).toMatchObject({ records: [], unsent: OFFSETS.length, aborted: true })
  expect(server.bodies.size).toBe(0)
})

test('a time-out ends its own request only', async () => {
  const server = await serve((index, response) => {
    if (index === 2) response.write(event('a'))
    else answerWhole(index, response)
  })
  const timeouts = { connect: 5000, firstByte: 5000, idle: 50, total: 5000 }
  const { records } = await runThreaded(server.url, { workload: workload([0, 0, 0, 0]), timeouts })
  expect(records.map(({ outcome }) => (outcome.status === 'failed' ? outcome.kind : outcome.status))).toEqual([
    'completed',
    'completed',
    'idle-timeout',
    'completed',
  ])
})

test('a thread that crashes is named, the others stop, and their records come back', async () => {
  const server = await serve(answerWhole)
  // So that the second request, at which a thread crashes, has to wait for the answer of the first.
  const plan = planTo(server.url, { workload: workload([0, 0, 1e6]), maxConcurrency: 1 })
  const requests = plan.requests.map((request, index) => (index === 1 ? (null as never) : request))
  const generator = openThreads(2)
  onTestFinished(() => generator.close())
  const result = await generator.send({ ...plan, requests })
  const reason = expect.stringContaining('Cannot read properties of null')
  expect(result.threads).toEqual({ count: 2, crash: { thread: 2, reason } })
  expect(result.records.map(({ index, outcome }) => [index, outcome.status])).toEqual([[0, 'completed']])
  expect(result).toMatchObject({ unsent: 2, aborted: true })
})

test('the same threads send one load after the other, new ones after a crash', async () => {
  const server = await serve(answerWhole)
  const generator = openThreads(2)
  onTestFinished(() => generator.close())
  const endings: unknown[] = []
  for (const isBroken of [false, false, true, false]) {
    const plan = planTo(server.url, { workload: workload([0, 0]) })
    const protocol = isBroken ? ('none' as never) : plan.protocol
    const { records, threads } = await generator.send({ ...plan, protocol })
    endings.push(threads?.crash === null ? records.length : 'crashed')
  }
  expect(endings).toEqual([2, 2, 'crashed', 2])
})

test('what fills the batch has indices below 0, whichever thread sends it, and is not in the last progress', async () => {
  const server = await serve(answerWhole)
  const heard: Progress[] = []
  const { records } = await runThreaded(server.url, {
    workload: { ...workload(), fill: 3 },
    onProgress: (progress) => void heard.push(progress),
  })
  expect(records.map(({ index }) => index)).toEqual(OFFSETS.map((_, i) => i - 3))
  expect(records.map(({ requestedOutputTokens }) => requestedOutputTokens)).toEqual(OFFSETS.map((_, i) => tokensOf(i)))
  expect(heard.at(-1)).toMatchObject({ phase: 'load', sent: 20, completed: 20, total: 20, inFlight: 0 })
})

test('the last progress tells of all requests', async () => {
  const server = await serve(answerWhole)
  const heard: Progress[] = []
  await runThreaded(server.url, { onProgress: (progress) => void heard.push(progress) })
  expect(heard.at(-1)).toMatchObject({ sent: 23, completed: 23, failed: 0, total: 23, inFlight: 0 })
})
