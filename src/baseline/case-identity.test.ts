import { expect, test } from 'vitest'
import type { TargetFacts } from '../report.ts'
import { caseIdentity, identityFileName, ownTitles, withoutVersion } from './case-identity.ts'

const VLLM = { framework: 'vllm', version: '0.4.1', variant: 'base' } as const

test.for<[name: string, target: Partial<TargetFacts>, without: string, titles: string]>([
  ['chat > vllm 0.4.1 > 2 req/s', {}, 'chat > vllm > 2 req/s', 'chat > 2 req/s'],
  ['chat > vllm 0.4.1 awq > 2 req/s', { variant: 'awq' }, 'chat > vllm awq > 2 req/s', 'chat > 2 req/s'],
  ['chat > vllm > 2 req/s', { version: null }, 'chat > vllm > 2 req/s', 'chat > 2 req/s'],
  // The server told another version than the title has, or the title has none.
  ['chat > vllm 0.4.1 > 2 req/s', { version: '0.5.0.post1' }, 'chat > vllm > 2 req/s', 'chat > 2 req/s'],
  ['chat > vllm > 2 req/s', { version: '0.5.0' }, 'chat > vllm > 2 req/s', 'chat > 2 req/s'],
  ['chat > vllm nightly > 2 req/s', { version: 'nightly' }, 'chat > vllm > 2 req/s', 'chat > 2 req/s'],
  // Titles of the author's, another target's, and another variant's are no version.
  ['vllm quick', {}, 'vllm quick', 'vllm quick'],
  ['vllm 4bit > own', {}, 'vllm 4bit > own', 'vllm 4bit > own'],
  ['vllm 0.4.1 awq > own', {}, 'vllm 0.4.1 awq > own', 'vllm 0.4.1 awq > own'],
  ['lmdeploy 0.4.0 > own', {}, 'lmdeploy 0.4.0 > own', 'lmdeploy 0.4.0 > own'],
])('%s', ([name, target, without, titles]) => {
  expect(withoutVersion(name, { ...VLLM, ...target })).toBe(without)
  expect(ownTitles(name, { ...VLLM, ...target })).toBe(titles)
})

/** As a server of this version and model tells it, where the code says 0.4.1. */
function fileName(name: string, told: { readonly version?: string; readonly model?: string | null } = {}): string {
  const target = { ...VLLM, model: 'meta-llama/Llama-3-8B', ...told } as TargetFacts
  return identityFileName(caseIdentity(name, target, VLLM))
}

test('the file name has titles, framework and model, and never a version', () => {
  expect(fileName('chat > vllm 0.4.1 > 2 req/s')).toBe('chat_-_vllm_Llama-3-8B_-_2_req-s')
  expect(fileName('chat > vllm 0.4.1 > 2 req/s', { version: '0.5.0' })).toBe(fileName('chat > vllm 0.4.1 > 2 req/s'))
  expect(fileName('chat > vllm 0.4.1 > 2 req/s', { model: null })).toBe('chat_-_vllm_-_2_req-s')
  expect(fileName('chat > vllm 0.4.1 > 2 req/s', { model: '/models/llama/' })).toBe('chat_-_vllm_llama_-_2_req-s')
  expect(fileName('own')).toBe('own_-_vllm_Llama-3-8B')
})

test('a file name is one on every system: no separators, one form of each letter, and short enough', () => {
  expect(fileName('a/b\\c:d*e?"<f>|g')).toMatch(/^a-b-c-d-e-f-g_-_vllm/)
  expect(fileName('u\u0308ber')).toBe(fileName('\u00FCber'))
  const [long, longer] = [400, 401].map((length) => fileName('字'.repeat(length)))
  expect(Buffer.byteLength(long!)).toBeLessThanOrEqual(200)
  expect(long).toMatch(/^字+-[\da-f]{8}$/u)
  expect(long).not.toBe(longer)
})
