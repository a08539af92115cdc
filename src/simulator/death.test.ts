import { expect, test } from 'vitest'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { get, listen, post } from './exchange.testkit.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { createSimulatedTransport } from './simulated-transport.ts'

const TRITON_PATH = '/v2/models/ensemble/generate_stream'

/** What is heard of two answers that run when the engine dies, of one that is asked for later, and of a page. */
function die(framework: string, page: string) {
  const profile = findProfile(framework)
  const ask =
    framework === 'tensorrt-llm'
      ? post(TRITON_PATH, { text_input: 'one', max_tokens: 50, min_length: 50, stream: true })
      : post('/v1/completions', { model: profile.model, prompt: 'one', max_tokens: 50, ignore_eos: true, stream: true })
  const clock = createVirtualClock()
  const logged: string[] = []
  const transport = createSimulatedTransport({
    clock,
    profile,
    seed: 0,
    dieAfter: 2,
    onLog: (line) => logged.push(line),
  })
  const running = [ask, ask].map((request) => listen(transport, request, clock.now).heard)
  clock.run()
  const [late, looked] = [ask, get(page)].map((request) => listen(transport, request, clock.now).heard)
  clock.run()
  return { running, late: late!, looked: looked!, logged }
}

const CUT = 'truncated: The server closed the connection before the end.'

test('vLLM: running streams are cut, new ones get a head and are cut, /health is 500, and HTTP goes on', () => {
  const { running, late, looked, logged } = die('vllm', '/health')
  for (const { status, texts, end } of running) {
    expect({ status, end }).toEqual({ status: 200, end: CUT })
    expect(texts.length).toBeLessThan(3)
  }
  expect(late).toMatchObject({ status: 200, texts: [], end: CUT })
  expect(looked).toMatchObject({ status: 500, end: 'ended' })
  expect(logged).toEqual([expect.stringContaining('ERROR 05-01 00:00:00 async_llm_engine.py')])
})

test('mlc-llm: running streams stall, new requests hear nothing for ever, and the models are still listed', () => {
  const { running, late, looked, logged } = die('mlc-llm', '/v1/models')
  for (const { status, end } of running) expect({ status, end }).toEqual({ status: 200, end: 'open' })
  expect(late).toMatchObject({ status: 0, texts: [], end: 'open' })
  expect(looked).toMatchObject({ status: 200, end: 'ended' })
  expect(logged).toEqual([expect.stringContaining('TVMError: Check failed: (result) is false: Failed to allocate')])
})

test('Triton: running streams end with an error under status 200, new ones get a 500 with it', () => {
  const { running, late, looked } = die('tensorrt-llm', '/v2/health/live')
  for (const { status, texts, end } of running) {
    expect({ status, end }).toEqual({ status: 200, end: 'ended' })
    expect(JSON.parse(texts.at(-1)!.slice(6)).error).toContain('freeBlockIterator.has_value()')
  }
  expect(late).toMatchObject({ status: 500, end: 'ended' })
  expect(looked.status).toBe(200)
})

test('lmdeploy: the process aborts, and every connection with it', () => {
  const { running, late, looked } = die('lmdeploy', '/v1/models')
  for (const { end } of [...running, late, looked]) expect(end).toBe(CUT)
  expect(late.status).toBe(0)
})

test('an engine that runs out of memory dies in the same way: two sequences fit, the third does not', () => {
  const mlc = findProfile('mlc-llm')
  const scheduler = { ...mlc.scheduler, workspace: { freeBytes: 200, bytesPerSequence: 100 } }
  const clock = createVirtualClock()
  const logged: string[] = []
  const transport = createSimulatedTransport({
    clock,
    profile: { ...mlc, scheduler },
    seed: 0,
    onLog: (line) => logged.push(line),
  })
  const ask = post('/v1/completions', {
    model: mlc.model,
    prompt: 'one',
    max_tokens: 50,
    ignore_eos: true,
    stream: true,
  })
  const two = [ask, ask].map((request) => listen(transport, request, clock.now).heard)
  clock.run()
  expect(two.map(({ end }) => end)).toEqual(['ended', 'ended'])
  const three = [ask, ask, ask].map((request) => listen(transport, request, clock.now).heard)
  clock.run()
  expect(three.map(({ end }) => end)).toEqual(['open', 'open', 'open'])
  expect(logged).toEqual([expect.stringContaining('TVMError')])
})
