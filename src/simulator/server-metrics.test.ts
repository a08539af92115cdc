import { expect, test } from 'vitest'
import { createVirtualClock } from '../load/virtual-clock.ts'
import type { Ms } from '../base/units.ts'
import { get, listen, post } from './exchange.testkit.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import type { EngineProfile } from './profile.ts'
import { countIteration, createServerMetrics, observe } from './server-metrics.ts'
import { createSimulatedTransport } from './simulated-transport.ts'

const vllm = findProfile('vllm')
const triton = findProfile('tensorrt-llm')

const completion = (tokens: number) =>
  post('/v1/completions', {
    model: vllm.model,
    prompt: 'one two three four five',
    max_tokens: tokens,
    ignore_eos: true,
    stream: true,
  })

/** The page at `path` after `requests` were sent at once and `until` has passed. */
function metricsPage(profile: EngineProfile, path: string, requests: readonly ReturnType<typeof post>[], until: Ms) {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile, seed: 0 })
  for (const request of requests) listen(transport, request, clock.now)
  clock.at(until, () => {})
  clock.run(() => clock.now() >= until)
  const page = listen(transport, get(path), clock.now)
  clock.run(() => page.heard.end !== 'open')
  return page.heard
}

/** The value behind a name with its labels. */
const sample = (page: { texts: readonly string[] }, name: string): number =>
  Number(
    page.texts[0]!.split('\n')
      .find((line) => line.startsWith(`${name} `))!
      .split(' ')[1],
  )

test('buckets have their bounds inside: 10 ms is not above 0.01 s, and the last bucket has no bound', () => {
  const { tpot } = createServerMetrics()
  for (const ms of [10, 10.1, 99_000]) observe(tpot, ms)
  expect(tpot.counts).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  expect(tpot.sum).toBeCloseTo(99.0201)
})

// 300 tokens in 12 s are 25 a second
test('the throughputs are averages of the interval that the first iteration after 10 s ends', () => {
  const metrics = createServerMetrics()
  metrics.generationTokens = 200
  expect(countIteration(metrics, 9000)).toBe(false)
  metrics.generationTokens = 300
  expect(countIteration(metrics, 12_000)).toBe(true)
  expect(metrics).toMatchObject({ iterations: 2, generationThroughput: 25, promptThroughput: 0 })
})

test('vLLM redirects /metrics to /metrics/, as a mounted application does', () => {
  expect(metricsPage(vllm, '/metrics', [], 0)).toMatchObject({ status: 307, texts: [] })
})

test('vLLM has its own names: two of three requests run in a batch of two, one waits', () => {
  const profile = { ...vllm, scheduler: { ...vllm.scheduler, maxSequences: 2 } }
  const page = metricsPage(profile, '/metrics/', [completion(500), completion(500), completion(500)], 1000)
  const labels = `{model_name="${vllm.model}"}`
  expect(sample(page, `vllm:num_requests_running${labels}`)).toBe(2)
  expect(sample(page, `vllm:num_requests_waiting${labels}`)).toBe(1)
  expect(sample(page, `vllm:gpu_cache_usage_perc${labels}`)).toBeGreaterThan(0)
  expect(sample(page, `vllm:prompt_tokens_total${labels}`)).toBe(10)
  expect(sample(page, `vllm:time_to_first_token_seconds_count${labels}`)).toBe(2)
  const bucket = (le: string) =>
    sample(page, `vllm:time_to_first_token_seconds_bucket{le="${le}",model_name="${vllm.model}"}`)
  expect([bucket('0.001'), bucket('1.0'), bucket('+Inf')]).toEqual([0, 2, 2])
})

test('when all is done, every token is counted and every request has its latency', () => {
  const page = metricsPage(vllm, '/metrics/', [completion(7), completion(3)], 5000)
  const labels = `{model_name="${vllm.model}"}`
  expect(sample(page, `vllm:generation_tokens_total${labels}`)).toBe(10)
  // Of 7 and 3 tokens, all but the first ones have a time since the token before: 6 + 2.
  expect(sample(page, `vllm:time_per_output_token_seconds_count${labels}`)).toBe(8)
  expect(sample(page, `vllm:e2e_request_latency_seconds_count${labels}`)).toBe(2)
  expect(sample(page, `vllm:num_requests_running${labels}`)).toBe(0)
})

test('Triton tells the requests and the KV blocks of its batcher', () => {
  const ask = post('/v2/models/ensemble/generate_stream', {
    text_input: 'one two',
    max_tokens: 500,
    min_length: 500,
    stream: true,
  })
  const page = metricsPage(triton, '/metrics', [ask, ask], 1000)
  const request = (type: string) =>
    sample(page, `nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="${type}",version="1"}`)
  expect([request('active'), request('scheduled'), request('max')]).toEqual([2, 2, 128])
  const blocks = (type: string) =>
    sample(page, `nv_trt_llm_kv_cache_block_metrics{model="tensorrt_llm",kv_cache_block_type="${type}",version="1"}`)
  // Reserved up to the longest answer: 502 tokens are eight blocks of 64, twice.
  expect([blocks('used'), blocks('free') + blocks('used')]).toEqual([16, triton.scheduler.blocks])
})

test('lmdeploy and mlc-llm have no metrics yet', () => {
  for (const framework of ['lmdeploy', 'mlc-llm'])
    expect(metricsPage(findProfile(framework), '/metrics', [], 0).status).toBe(404)
})

test('vLLM logs every 10 s while it steps, in its own words, and the others log nothing', () => {
  const lines = (profile: EngineProfile, request: ReturnType<typeof post>): string[] => {
    const clock = createVirtualClock()
    const logged: string[] = []
    const transport = createSimulatedTransport({ clock, profile, seed: 0, onLog: (line) => logged.push(line) })
    listen(transport, request, clock.now)
    clock.run()
    return logged
  }
  // 1000 tokens at 50 to 60 tokens/s take less than 20 s.
  const [line, ...more] = lines(vllm, completion(1000))
  expect(line).toMatch(
    /^INFO 05-01 00:00:10 metrics\.py:229\] Avg prompt throughput: 0\.5 tokens\/s, Avg generation throughput: [45]\d\.\d tokens\/s, Running: 1 reqs, Swapped: 0 reqs, Pending: 0 reqs, GPU KV cache usage: 1\.\d%, CPU KV cache usage: 0\.0%$/,
  )
  expect(more.length).toBeLessThan(2)
  const lmdeploy = findProfile('lmdeploy')
  const ask = post('/v1/completions', {
    model: lmdeploy.model,
    prompt: 'one',
    max_tokens: 1000,
    ignore_eos: true,
    stream: true,
  })
  expect(lines(lmdeploy, ask)).toEqual([])
})
