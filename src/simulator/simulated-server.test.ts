import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import type { EngineProfile } from './profile.ts'
import { type SimulatedServer, startSimulatedServer } from './simulated-server.ts'

/** A thousand times as fast as the real engine, so that nobody waits. */
const quick = (framework: string): EngineProfile => ({ ...findProfile(framework), slowdown: 0.001 })

async function start(profile: EngineProfile, options: { dieAfter?: number } = {}): Promise<SimulatedServer> {
  const server = await startSimulatedServer({ clock: createRealClock(), profile, seed: 0, port: 0, ...options })
  onTestFinished(() => server.close())
  return server
}

const completion = (profile: EngineProfile, tokens: number, signal?: AbortSignal) => ({
  method: 'POST',
  body: JSON.stringify({ model: profile.model, prompt: 'one two', max_tokens: tokens, ignore_eos: true, stream: true }),
  ...(signal === undefined ? {} : { signal }),
})

test('a completion is streamed over HTTP as in the process', async () => {
  const profile = quick('vllm')
  const { url } = await start(profile)
  const response = await fetch(`${url}/v1/completions`, completion(profile, 12))
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events = (await response.text()).split('\n\n')
  expect(events.length).toBe(12 + 2)
  expect(events[11]).toContain('"usage":{"prompt_tokens":2,"total_tokens":14,"completion_tokens":12}')
  expect(events.slice(12)).toEqual(['data: [DONE]', ''])
})

test('health, models, and errors have their status', async () => {
  const { url } = await start(quick('vllm'))
  expect((await fetch(`${url}/health`)).status).toBe(200)
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({ data: [{ owned_by: 'vllm' }] })
  expect((await fetch(`${url}/v1/completions`, { method: 'POST', body: '{' })).status).toBe(400)
  expect((await fetch(`${url}/nowhere`)).status).toBe(404)
})

test('a client that goes away gives its place to the next one', async () => {
  const base = quick('vllm')
  const profile = { ...base, slowdown: 0.1, scheduler: { ...base.scheduler, maxSequences: 1 } }
  const { url } = await start(profile)
  const leaving = new AbortController()
  // 8000 tokens of about 2 ms hold the only place for 16 s; the second answer would not come before the test's time is up.
  const response = await fetch(`${url}/v1/completions`, completion(profile, 8000, leaving.signal))
  await response.body!.getReader().read()
  leaving.abort()
  const next = await fetch(`${url}/v1/completions`, completion(profile, 1))
  expect(await next.text()).toContain('"completion_tokens":1}')
})

test('after the death of its engine vLLM cuts connections over HTTP, and its health is 500', async () => {
  const profile = quick('vllm')
  const { url } = await start(profile, { dieAfter: 1 })
  const response = await fetch(`${url}/v1/completions`, completion(profile, 5000))
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow('terminated')
  const late = await fetch(`${url}/v1/completions`, completion(profile, 5))
  expect(late.status).toBe(200)
  await expect(late.text()).rejects.toThrow('terminated')
  expect((await fetch(`${url}/health`)).status).toBe(500)
})

test('after the death of its engine mlc-llm sends no byte more, closes nothing, and still lists its model', async () => {
  const profile = quick('mlc-llm')
  const { url } = await start(profile, { dieAfter: 1 })
  const response = await fetch(`${url}/v1/completions`, completion(profile, 5000))
  const reader = response.body!.getReader()
  expect((await reader.read()).done).toBe(false)
  const further = reader.read().then(() => 'heard')
  const late = fetch(`${url}/v1/completions`, completion(profile, 5)).then(() => 'heard')
  for (const promise of [further, late]) promise.catch(() => {})
  // Each of these takes the server longer than an answer would.
  const pages = async () => {
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/v1/models`)).status).toBe(200)
    return 'only the pages answer'
  }
  expect(await Promise.race([further, late, pages()])).toBe('only the pages answer')
})

test('fetch follows the redirect of /metrics', async () => {
  const { url } = await start(quick('vllm'))
  const response = await fetch(`${url}/metrics`)
  expect([response.url, response.status]).toEqual([`${url}/metrics/`, 200])
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
})

test('a taken port is an error that says so', async () => {
  const profile = quick('lmdeploy')
  const { url } = await start(profile)
  const port = Number(new URL(url).port)
  await expect(startSimulatedServer({ clock: createRealClock(), profile, seed: 0, port })).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Stop what uses the port`,
  )
})
