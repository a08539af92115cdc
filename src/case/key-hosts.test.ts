import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { createKeyHosts } from './key-hosts.ts'

test('the hosts that get the key of the environment are named from the second on, each once', () => {
  const note = createKeyHosts()
  const at = (url: string, apiKey: string) => note(vllm({ url, apiKey }), 'common')
  expect(at('http://a.example:8000', 'common')).toBe(null)
  expect(at('http://a.example:9000', 'common')).toBe(null)
  expect(at('http://b.example', 'its own')).toBe(null)
  expect(at('http://c.example', 'common')).toMatch(/^LLM_BENCH_API_KEY is sent to a\.example and to c\.example\./)
  expect(at('http://c.example', 'common')).toBe(null)
  expect(note(vllm(), 'common')).toBe(null)
  expect(note(vllm({ url: 'http://d.example', apiKey: 'common' }), null)).toBe(null)
})
