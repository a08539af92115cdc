import { expect, onTestFinished, test } from 'vitest'
import { poisson } from '../arrival/index.ts'
import { createHttpTransport } from '../client/http-transport.ts'
import { lmdeploy, vllm } from '../frameworks/targets.ts'
import type { Target } from '../frameworks/target.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { findProfile } from '../simulator/find-profile.ts'
import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { openMetricsSources } from '../telemetry/metrics-sources.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { studyLengths } from '../workload/study-lengths.ts'
import type { Progress } from './progress.ts'
import { createRealClock } from './real-clock.ts'
import { runLoad, type LoadOptions } from './run-load.ts'
import { runWatchedLoad, type Watch } from './run-watched-load.ts'
import { createVirtualClock } from './virtual-clock.ts'

const profile = findProfile('vllm')

/** `count` requests of the study to vLLM's completions endpoint. */
async function load(count: number, requestRate: number): Promise<Omit<LoadOptions, 'clock' | 'transport'>> {
  const target = vllm()
  return {
    workload: await createWorkload({
      dataset: studyLengths(),
      arrival: poisson(),
      count,
      requestRate,
      seed: 0,
      nonceKey: 'a',
    }),
    toWireRequest: ({ prompt, outputTokens }) =>
      toWireRequest(target, { model: profile.model, prompt, outputTokens, fixedLength: true }),
    protocol: target.recipe.protocol,
    fixedLength: true,
  }
}

function watched(options: LoadOptions, watch: Watch): ReturnType<typeof runWatchedLoad> {
  return runWatchedLoad((onProgress) => runLoad({ ...options, onProgress }), options, watch)
}

/** The same engine, and the same load, in virtual time. */
async function virtual(target: Target, load: Omit<LoadOptions, 'clock' | 'transport'>, log: EngineLog | null = null) {
  if (target.endpoint.kind !== 'simulated') throw new Error('not simulated')
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile: target.endpoint.profile, seed: 0 })
  const heard: Progress[] = []
  const options = { clock, transport, onProgress: (progress: Progress) => void heard.push(progress) }
  const { sources } = openMetricsSources(target, transport, clock)
  const result = await watched({ ...load, ...options }, { sources, log })
  await transport.close()
  return { ...result, heard }
}

// The published run at 8 requests/s ended with hundreds waiting and a full cache; at 20 that comes sooner.
test('an overloaded vLLM tells of its queue and its full cache, in virtual time, and nothing else changes', async () => {
  const stimulus = await load(500, 20)
  const { records, telemetry, heard } = await virtual(vllm(), stimulus)
  expect(telemetry?.summary.waiting?.max).toBeGreaterThan(200)
  expect(telemetry?.summary.kvCacheUse?.max).toBeGreaterThan(0.98)
  expect(telemetry?.samples.at.slice(0, 3)).toEqual([-20, 980, 1980])
  expect(telemetry?.problems).toEqual([])
  // The engine's own count of the first tokens is what the client saw: there is no network in between.
  const ttfts = records.map(({ firstOutputAt, dueAt }) => firstOutputAt! - dueAt)
  expect(telemetry?.histograms.ttft).toMatchObject({
    count: 500,
    meanMs: expect.closeTo(ttfts.reduce((a, b) => a + b) / 500, 6),
  })
  expect(heard.at(-1)?.server).toMatchObject({ waiting: expect.any(Number), kvCacheUse: expect.any(Number) })

  const clock = createVirtualClock()
  const unwatched = await runLoad({
    ...stimulus,
    clock,
    transport: createSimulatedTransport({ clock, profile, seed: 0 }),
  })
  expect(records).toEqual(unwatched.records)
})

test('where there are no metrics a log that is written does', async () => {
  let isHeard = true
  const log: EngineLog = {
    file: 'lmdeploy.log',
    onLine(listener) {
      listener('Engine (running/waiting): 10 / 4, KV cache: 55.0%')
      return () => (isHeard = false)
    },
  }
  const { telemetry } = await virtual(lmdeploy(), await load(4, 8), log)
  expect(telemetry).toMatchObject({
    sources: { metrics: null, log: 'lmdeploy.log' },
    samples: { running: [10], waiting: [4] },
    problems: ['/metrics: the answer was HTTP 404.'],
  })
  expect(isHeard).toBe(false)
})

test('the same over HTTP: each request is counted once, and by the server as no later than by us', async () => {
  const clock = createRealClock()
  const server = await startSimulatedServer({ clock, profile, seed: 0, port: 0 })
  const transport = createHttpTransport({ now: clock.now, url: server.url, connections: 100, connectTimeoutMs: 5000 })
  const { sources, close } = openMetricsSources(vllm({ url: server.url }), transport, clock)
  onTestFinished(async () => {
    await Promise.all([close(), transport.close()])
    await server.close()
  })
  const options = await load(20, 100)
  const short = options.workload.requests.map((request) => ({ ...request, outputTokens: 8 }))
  const { records, telemetry } = await watched(
    { ...options, workload: { ...options.workload, requests: short }, clock, transport },
    { sources, log: null },
  )
  expect(records.filter(({ outcome }) => outcome.status === 'completed')).toHaveLength(20)
  expect(telemetry).toMatchObject({
    sources: { metrics: `${server.url}/metrics` },
    histograms: { ttft: { count: 20 }, itl: { count: 140 }, e2eLatency: { count: 20 } },
    problems: [],
  })
  const ttfts = records.map(({ firstOutputAt, sentAt }) => firstOutputAt! - sentAt!)
  expect(telemetry?.histograms.ttft?.meanMs).toBeLessThan(ttfts.reduce((a, b) => a + b) / 20)
  expect(telemetry?.samples.at[0]).toBeLessThan(0)
})

test('a server that is known to tell nothing is not asked', async () => {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile, seed: 0 })
  const { telemetry } = await watched({ ...(await load(2, 1)), clock, transport }, { sources: [], log: null })
  expect(telemetry).toBeNull()
})
