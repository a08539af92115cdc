import { expect, onTestFinished, test } from 'vitest'
import { poisson } from '../arrival/index.ts'
import { lmdeploy, vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { openMetricsSources } from '../telemetry/metrics-sources.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { fixedLengths } from '../workload/index.ts'
import { studyLengths } from '../workload/study-lengths.ts'
import type { Dataset } from '../workload/workload.ts'
import type { Progress } from './progress.ts'
import { createRealClock } from './real-clock.ts'
import type { LoadHooks, Watch } from './load-generator.ts'
import { type PlannedLoad, planLoad } from './load-plan.ts'
import { thisThread } from './this-thread.ts'
import { virtualTime } from './virtual-time.ts'

const profile = findProfile('vllm')

/** `count` requests of the study to vLLM's completions endpoint. */
async function load(count: number, requestRate: number, dataset: Dataset = studyLengths()): Promise<PlannedLoad> {
  const target = vllm()
  return planLoad({
    workload: await createWorkload({ dataset, arrival: poisson(), count, requestRate, seed: 0, nonceKey: 'a' }),
    toWireRequest: ({ prompt, outputTokens }) =>
      toWireRequest(target, { model: profile.model, prompt, outputTokens, fixedLength: true }),
    protocol: target.recipe.protocol,
    fixedLength: true,
  })
}

function watch(target: Target, log: EngineLog | null = null): Watch {
  return { open: (clock, simulated) => openMetricsSources(target, simulated, clock), log }
}

/** The same engine, and the same load, in virtual time. */
async function virtual(target: Target, load: PlannedLoad, hooks: LoadHooks = {}) {
  if (target.endpoint.kind !== 'simulated') throw new Error('not simulated')
  const heard: Progress[] = []
  const result = await virtualTime().send(
    { ...load, endpoint: { kind: 'simulated', profile: target.endpoint.profile, seed: 0 } },
    { onProgress: (progress) => void heard.push(progress), ...hooks },
  )
  return { ...result, heard }
}

// The published run at 8 requests/s ended with hundreds waiting and a full cache; at 20 that comes sooner.
test('an overloaded vLLM tells of its queue and its full cache, in virtual time, and nothing else changes', async () => {
  const stimulus = await load(500, 20)
  const { records, telemetry, heard } = await virtual(vllm(), stimulus, { watch: watch(vllm()) })
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

  const unwatched = await virtual(vllm(), stimulus)
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
  const { telemetry } = await virtual(lmdeploy(), await load(4, 8), { watch: watch(lmdeploy(), log) })
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
  onTestFinished(() => server.close())
  const plan = await load(20, 100, fixedLengths({ promptTokens: 200, outputTokens: 8 }))
  const { records, telemetry } = await thisThread().send(
    { ...plan, endpoint: { kind: 'url', url: server.url, tls: {}, proxy: null, transport: 'http' } },
    { watch: watch(vllm({ url: server.url })) },
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
  const nowhere: Watch = { open: () => ({ sources: [], close: async () => {} }), log: null }
  const { telemetry } = await virtual(vllm(), await load(2, 1), { watch: nowhere })
  expect(telemetry).toBeNull()
})
