import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../dispatch/real-clock.ts'
import { findProfile } from './find-profile.ts'
import type { EngineProfile } from './profile.ts'
import { type SimulatedServer, startSimulatedServer } from './simulated-server.ts'

/** A thousand times as fast as the real engine, so that nobody waits. */
const quick = (framework: string): EngineProfile => ({ ...findProfile(framework), slowdown: 0.001 })

async function start(profile: EngineProfile): Promise<SimulatedServer> {
  const server = await startSimulatedServer({ clock: createRealClock(), profile, seed: 0, port: 0 })
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

test('a taken port is an error that says so', async () => {
  const profile = quick('lmdeploy')
  const { url } = await start(profile)
  const port = Number(new URL(url).port)
  await expect(startSimulatedServer({ clock: createRealClock(), profile, seed: 0, port })).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Stop what uses the port`,
  )
})
