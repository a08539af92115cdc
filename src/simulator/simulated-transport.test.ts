import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { exchange, get, listen, post } from './exchange.testkit.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { createSimulatedTransport } from './simulated-transport.ts'

const vllm = findProfile('vllm')
const lmdeploy = findProfile('lmdeploy')
const mlc = findProfile('mlc-llm')
const triton = findProfile('tensorrt-llm')
const TRITON_PATH = '/v2/models/ensemble/generate_stream'

const fixed = (n: number, model: string) => ({ model, max_tokens: n, ignore_eos: true, stream: true })
const completion = (n: number, model: string, prompt = 'one two three four five') =>
  post('/v1/completions', { ...fixed(n, model), prompt })
const chat = (n: number, model: string) =>
  post('/v1/chat/completions', { ...fixed(n, model), messages: [{ role: 'user', content: 'one two three' }] })

/** The layout of a stream: everything that is made up (ids, names, times, texts, counts) is blanked out. */
const layout = (stream: string): string[] =>
  stream
    .replaceAll(/"(id|model|text|content|text_output)":("(?:[^"\\]|\\.)*"|null)/g, (_all, key, value) =>
      value === '""' ? `"${key}":""` : `"${key}":"_"`,
    )
    .replaceAll(/"(created|\w+_tokens)":\d+/g, '"$1":0')
    .split(/(?<=\n\n)/)

const STREAMS = [
  ['vllm-0.4.1-completions-plain', vllm, completion(16, vllm.model)],
  ['lmdeploy-0.4.0-completions-plain', lmdeploy, completion(16, lmdeploy.model)],
  ['mlc-0.1.dev1166-completions-usage-every-chunk', mlc, completion(16, mlc.model)],
  [
    'trtllm-0.9.0-generate_stream-delta',
    triton,
    post(TRITON_PATH, { text_input: 'one', max_tokens: 8, min_length: 8, stream: true }),
  ],
] as const

test.for(STREAMS)(
  '%s: the recorded stream and the simulated one have the same layout, event by event',
  ([name, profile, request]) => {
    const recorded = readFileSync(new URL(`../../fixtures/streams/${name}.sse`, import.meta.url), 'utf8')
    const [heard] = exchange(profile, [request])
    expect(heard).toMatchObject({ status: 200, end: 'ended' })
    expect(layout(heard!.texts.join(''))).toEqual(layout(recorded))
  },
)

test('the chat streams of vLLM and lmdeploy have the recorded role events, and their layout up to the end', () => {
  for (const [name, profile] of [
    ['vllm-0.4.1-chat-role', vllm],
    ['lmdeploy-0.4.0-chat-plain', lmdeploy],
  ] as const) {
    const recorded = readFileSync(new URL(`../../fixtures/streams/${name}.sse`, import.meta.url), 'utf8')
    const [heard] = exchange(profile, [chat(8, profile.model)])
    expect(layout(heard!.texts.join('')).slice(0, 8)).toEqual(layout(recorded).slice(0, 8))
  }
})

test('mlc-llm counts its chat template of 27 tokens into the prompt, and the answer in every event', () => {
  const [heard] = exchange(mlc, [chat(120, mlc.model)])
  const usages = heard!.texts.slice(0, -1).map((text) => JSON.parse(text.slice(6)).usage)
  expect(usages).toEqual(
    usages.map((_usage, i) => ({ prompt_tokens: 30, completion_tokens: i + 1, total_tokens: 31 + i })),
  )
  expect(usages.length).toBe(120)
})

test('ignore_eos gives exactly max_tokens; without it a hazard of one half ends half of the answers at once', () => {
  const eager = { ...mlc, eosHazard: 0.5 }
  const free = Array.from({ length: 200 }, () =>
    post('/v1/completions', { model: mlc.model, prompt: 'one', max_tokens: 50, stream: true }),
  )
  const lengths = exchange(eager, free).map(({ texts }) => texts.length - 1)
  const atOnce = lengths.filter((length) => length === 1).length
  expect(atOnce).toBeGreaterThan(70)
  expect(atOnce).toBeLessThan(130)
  expect(exchange(eager, [completion(50, mlc.model)])[0]!.texts.length - 1).toBe(50)
  expect(exchange(eager, free)[0]!.texts.join('')).toContain('"finish_reason":"stop"')
})

test('min_tokens and min_length put off the end', () => {
  const eager = (profile: typeof vllm) => ({ ...profile, eosHazard: 1 })
  const body = { model: vllm.model, prompt: 'one', max_tokens: 50, min_tokens: 7, stream: true }
  // Seven tokens, the end as the eighth, and [DONE].
  expect(exchange(eager(vllm), [post('/v1/completions', body)])[0]!.texts.length).toBe(9)
  const tritonBody = { text_input: 'one', max_tokens: 50, min_length: 7, stream: true }
  expect(exchange(eager(triton), [post(TRITON_PATH, tritonBody)])[0]!.texts.length).toBe(8)
})

test('vLLM and lmdeploy send the head at once, mlc-llm and Triton with the first token', () => {
  const headAt = (profile: typeof vllm) => exchange(profile, [completion(2, profile.model)])[0]!.headAt
  expect([headAt(vllm), headAt(lmdeploy)]).toEqual([0, 0])
  const [heard] = exchange(mlc, [completion(2, mlc.model)])
  expect(heard!.headAt).toBe(heard!.textAt[0])
  expect(heard!.headAt).toBeGreaterThan(5.33)
})

test("errors come in each server's own words and status", () => {
  const answer = (profile: typeof vllm, request: ReturnType<typeof post>) => {
    const [heard] = exchange(profile, [request])
    return [heard!.status, JSON.parse(heard!.texts.join(''))]
  }
  const missing = 'The model `nope` does not exist.'
  expect(answer(vllm, completion(1, 'nope'))).toEqual([
    404,
    { object: 'error', message: missing, type: 'NotFoundError', param: null, code: 404 },
  ])
  expect(answer(lmdeploy, completion(1, 'nope'))).toEqual([200, { object: 'error', message: missing, code: 404 }])
  const [status, text] = answer(mlc, completion(1, 'nope'))
  expect([status, JSON.parse(text).code]).toEqual([400, 400])
  expect(answer(vllm, post('/v1/completions', { model: vllm.model, stream: true }))[0]).toBe(400)
  expect(answer(vllm, completion(8190, vllm.model))[1].message).toContain('maximum context length is 8192 tokens')
  expect(answer(triton, post(TRITON_PATH, { text_input: 'a', max_tokens: 1 }))[1].error).toContain('"stream" to true')
  expect(answer(lmdeploy, get('/metrics'))).toEqual([404, { detail: 'Not Found' }])
})

test('lmdeploy answers what is too long with success and nothing, at once', () => {
  const [heard] = exchange(lmdeploy, [completion(8190, lmdeploy.model)])
  const recorded = readFileSync(
    new URL('../../fixtures/streams/lmdeploy-0.4.0-completions-session-overflow.sse', import.meta.url),
    'utf8',
  )
  expect(layout(heard!.texts.join(''))).toEqual(layout(recorded))
  expect(heard!.textAt).toEqual([0, 0])
})

test('the model is listed where the server has a list, under the name that it wants to hear', () => {
  for (const profile of [vllm, lmdeploy, mlc]) {
    const [heard] = exchange(profile, [get('/v1/models')])
    expect(JSON.parse(heard!.texts.join('')).data[0].id).toBe(profile.model)
  }
  expect(exchange(triton, [get('/v2/health/ready')])[0]!.status).toBe(200)
})

test('the same seed gives the same bytes at the same times, another one other ids', () => {
  const requests = [completion(20, vllm.model), completion(30, vllm.model, 'a longer prompt'), chat(10, vllm.model)]
  expect(exchange(vllm, requests, 7)).toEqual(exchange(vllm, requests, 7))
  expect(exchange(vllm, requests, 7)[0]!.texts).not.toEqual(exchange(vllm, requests, 8)[0]!.texts)
})

test('nothing is heard after abort, and the others go on; close ends what is in flight as aborted', async () => {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile: vllm, seed: 0 })
  const [given, kept, closed] = [50, 20, 8000].map((n) =>
    listen(transport, completion(n, vllm.model), () => clock.now()),
  )
  clock.at(200, given!.abort)
  clock.run(() => kept!.heard.end === 'ended')
  expect(given!.heard.end).toBe('open')
  expect(given!.heard.textAt.at(-1)).toBeLessThan(200)
  expect(kept!.heard.texts.length).toBe(21)
  const heardSoFar = closed!.heard.texts.length
  await transport.close()
  clock.run()
  expect(closed!.heard.end).toBe('aborted: The transport was closed.')
  expect(closed!.heard.texts.length).toBe(heardSoFar)
  const late = listen(transport, completion(1, vllm.model), () => clock.now())
  clock.run()
  expect(late.heard.end).toBe('connect: The transport is closed.')
})

test('an observer that gives up while it hears the head hears nothing more', () => {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile: lmdeploy, seed: 0 })
  const heard: string[] = []
  const { abort } = transport.send(completion(5, lmdeploy.model), {
    onSent: () => void heard.push('sent'),
    onHead: () => {
      heard.push('head')
      abort()
    },
    onBytes: () => void heard.push('bytes'),
    onEnd: () => void heard.push('end'),
    onError: () => void heard.push('error'),
  })
  clock.run()
  expect(heard).toEqual(['sent', 'head'])
})
