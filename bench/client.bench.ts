import { readFileSync } from 'node:fs'
import { createDecoder } from '../src/protocol/index.ts'
import { loadTokenizer } from '../src/workload/tokenizer.ts'
import { expect, test } from '../src/index.ts'

// How much of the client's time one event takes. A recorded stream of vLLM, as often as it takes for 16,000 events.
const stream = readFileSync(new URL('../fixtures/streams/vllm-main-completions-usage.sse', import.meta.url))
const REPEATS = 1000
const EVENTS = 16 * REPEATS
const run = { time: 300 }

test('one decoder reads an event', async ({ bench }) => {
  const decode = bench(`decode ${EVENTS} events as a load run does`, () => {
    for (let i = 0; i < REPEATS; i++) {
      const decoder = createDecoder('openai-completions', { keepText: false })
      decoder.push(stream)
      decoder.end()
    }
  })
  const text = stream.toString()
  const parse = bench(`JSON.parse of ${EVENTS} events, after splitting the text`, () => {
    for (let i = 0; i < REPEATS; i++) {
      for (const event of text.split('\n\n')) {
        if (event.startsWith('data: {')) JSON.parse(event.slice('data: '.length))
      }
    }
  })
  const results = await bench.compare(decode, parse, run)
  expect(results.get(`decode ${EVENTS} events as a load run does`)).toBeFasterThan(
    results.get(`JSON.parse of ${EVENTS} events, after splitting the text`),
  )
})

test('the tokenizer counts a prompt', async ({ bench }) => {
  const { count } = await loadTokenizer('cl100k_base')
  const prompt = 'the quick brown fox jumps over the lazy dog '.repeat(25)
  const result = await bench(`count ${count(prompt)} tokens`, () => {
    count(prompt)
  }).run(run)
  expect(result.latency.mean).toBeGreaterThan(0)
})
