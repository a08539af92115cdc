import { readFileSync } from 'node:fs'
import { createDecoder } from '../src/protocol/index.ts'
import { loadTokenizer } from '../src/workload/tokenizer.ts'
import { test } from '../src/index.ts'

// What one event costs the client, side by side with the obvious way. The tables are the result: a speed is never asserted.

const EVENTS = 2000
const run = { time: 300 }

/** A recorded answer of vLLM, its second event repeated until there are `EVENTS` of them. */
const stream = (() => {
  const recorded = readFileSync(new URL('../fixtures/streams/vllm-main-completions-usage.sse', import.meta.url), 'utf8')
  const [first = '', second = '', ...rest] = recorded.split('\n\n')
  return Buffer.from([first, ...Array<string>(EVENTS - rest.length).fill(second), ...rest].join('\n\n'))
})()

test(`an answer of ${EVENTS} events`, async ({ bench }) => {
  const decode = bench('our decoder, as in a load run', () => {
    const decoder = createDecoder('openai-completions', { keepText: false })
    decoder.push(stream)
    decoder.end()
  })
  const decodeText = bench('our decoder, keeping the text', () => {
    const decoder = createDecoder('openai-completions')
    decoder.push(stream)
    decoder.end()
  })
  const parse = bench('split and JSON.parse', () => {
    for (const event of stream.toString().split('\n\n')) {
      if (event.startsWith('data: {')) JSON.parse(event.slice('data: '.length))
    }
  })
  await bench.compare(decode, decodeText, parse, run)
})

test('a prompt of 226 tokens', async ({ bench }) => {
  const { count } = await loadTokenizer('cl100k_base')
  const prompt = 'the quick brown fox jumps over the lazy dog '.repeat(25)
  await bench('js-tiktoken counts it', () => {
    count(prompt)
  }).run(run)
})
