import { expect, test } from 'vitest'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { iterationMs } from './cost.ts'
import { type Submission, runEngine } from './engine.testkit.ts'
import { type Heard, get, listen, post } from './exchange.testkit.ts'
import type { EngineProfile } from './profile.ts'
import { vllmBase, vllmChunkedPrefill } from './profiles/vllm.ts'
import { createSimulatedTransport } from './simulated-transport.ts'

const withCache = (profile: EngineProfile): EngineProfile => ({
  ...profile,
  scheduler: { ...profile.scheduler, prefixCache: { blockTokens: profile.scheduler.blockTokens } },
})
const cached = withCache(vllmChunkedPrefill)
const MODEL = cached.model

/** A server in virtual time that is asked one thing after the other. */
function converse(profile: EngineProfile) {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile, seed: 0 })
  const send = (request: ReturnType<typeof post>) => listen(transport, request, clock.now).heard
  return {
    send,
    ask(request: ReturnType<typeof post>): Heard {
      const heard = send(request)
      clock.run(() => heard.end !== 'open')
      return heard
    },
  }
}

const words = (count: number, word: string): string => Array.from({ length: count }, (_, i) => `${word}${i}`).join(' ')
const fixed = (maxTokens: number) => ({ model: MODEL, max_tokens: maxTokens, ignore_eos: true, stream: true })
const completion = (prompt: string, maxTokens = 1, more: object = {}) =>
  post('/v1/completions', { ...fixed(maxTokens), prompt, ...more })
const reset = post('/reset_prefix_cache', {})

const told = ({ texts }: Heard) => {
  const usage = /"usage":(\{.*?\}(?:\})?)\}\n/.exec(texts.join(''))![1]!
  return JSON.parse(usage) as { prompt_tokens: number; prompt_tokens_details?: { cached_tokens: number } }
}
const cachedTokens = (heard: Heard) => told(heard).prompt_tokens_details?.cached_tokens

test('a conversation alone finds 16 floor((n + a - 1) / 16) tokens of the turn before, and the metrics add them up', () => {
  const server = converse(cached)
  const messages: { role: string; content: string }[] = []
  let before = 0
  let queries = 0
  let hits = 0
  // Prompts of 11 template tokens and all that was said; answers of 30 and more tokens.
  for (const [turn, length] of [40, 7, 100, 1].entries()) {
    messages.push({ role: 'user', content: words(length, `turn${turn}-`) })
    const answer = 30 + turn
    const heard = server.ask(post('/v1/chat/completions', { ...fixed(answer), messages }))
    const { prompt_tokens: prompt } = told(heard)
    const expected = 16 * Math.floor(Math.max(0, before - 1) / 16)
    expect([turn, cachedTokens(heard)]).toEqual([turn, expected])
    queries += prompt
    hits += expected
    before = prompt + answer
    const texts = [...heard.texts.join('').matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text)
    messages.push({ role: 'assistant', content: texts.join('') })
  }
  const page = server.ask(get('/metrics/')).texts.join('')
  expect(page).toContain(`\nvllm:prefix_cache_queries_total{model_name="${MODEL}"} ${queries}.0\n`)
  expect(page).toContain(`\nvllm:prefix_cache_hits_total{model_name="${MODEL}"} ${hits}.0\n`)
  expect(hits).toBeGreaterThan(100)
})

test('an engine without prefix cache tells nothing of one, and has no path to reset it', () => {
  const server = converse(vllmChunkedPrefill)
  const prompt = words(50, 'same')
  for (let i = 0; i < 2; i++) expect(told(server.ask(completion(prompt))).prompt_tokens_details).toBeUndefined()
  expect(server.ask(get('/metrics/')).texts.join('')).not.toContain('prefix_cache')
  expect(server.ask(reset).status).toBe(404)
})

test('a reset fails while a request is running, and afterwards nothing is found', () => {
  const server = converse(cached)
  const prompt = words(50, 'same')
  expect(cachedTokens(server.ask(completion(prompt)))).toBe(0)
  const running = server.send(completion(prompt, 200))
  // By the time that this one has its token, the other one is running.
  expect(cachedTokens(server.ask(completion(prompt)))).toBe(48)
  expect([running.end, server.ask(reset).texts]).toEqual(['open', ['{"success":false}']])
  expect(cachedTokens(server.ask(completion(prompt, 400)))).toBe(48)
  expect([running.end, server.ask(reset).texts]).toEqual(['ended', ['{"success":true}']])
  expect(cachedTokens(server.ask(completion(prompt)))).toBe(0)
})

test('requests of different salts share nothing', () => {
  const server = converse(cached)
  const found = (more: object) => cachedTokens(server.ask(completion(words(50, 'same'), 1, more)))
  expect([found({ cache_salt: 'a' }), found({ cache_salt: 'b' }), found({}), found({ cache_salt: 'a' })]).toEqual([
    0, 0, 0, 48,
  ])
})

test.for([
  ['chunked-prefill', vllmChunkedPrefill],
  ['prefill-first', vllmBase],
] as const)('%s: the linear layers see what is not found, and attention reads all', ([, profile]) => {
  const ids = (position: number): number => position
  const again: Submission = { at: 0, promptTokens: 1601, maxTokens: 1, ids }
  const { told: all } = runEngine(withCache(profile), [again, { ...again, at: 10_000 }])
  const [first, second] = all.map(({ tokenAt }, i) => tokenAt[0]! - i * 10_000 - profile.ingress.requestMs)
  const alone = { decodeSequences: 0, prefillSequences: 1 }
  expect(first).toBeCloseTo(iterationMs(profile, { ...alone, prefillTokens: 1601, contextTokens: 0 }), 9)
  expect(second).toBeCloseTo(iterationMs(profile, { ...alone, prefillTokens: 1, contextTokens: 1600 }), 9)
})
