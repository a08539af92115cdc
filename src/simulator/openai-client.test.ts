import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { startSimulatedServer } from './simulated-server.ts'

/** OpenAI's own client, and a simulated vLLM 0.4.1 that is a thousand times as fast as the real one. */
async function connect(): Promise<{ openai: OpenAI; model: string }> {
  const profile = { ...findProfile('vllm'), slowdown: 0.001 }
  const server = await startSimulatedServer({ clock: createRealClock(), profile, seed: 0, port: 0 })
  onTestFinished(() => server.close())
  const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
  return { openai, model: profile.model }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

// vLLM 0.4.1 knows no `stream_options`: usage comes unasked, with the last token.
test('the openai package streams a chat, with usage', async () => {
  const { openai, model } = await connect()
  const stream = await openai.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'one two three' }],
    max_tokens: 20,
    min_tokens: 20,
    stream: true,
    stream_options: { include_usage: true },
  } as OpenAI.ChatCompletionCreateParamsStreaming)
  const chunks = await all(stream)
  const [first, ...rest] = chunks.map((chunk) => chunk.choices[0]!.delta)
  expect(first).toEqual({ role: 'assistant' })
  expect(rest.map(({ content }) => content).join('')).toMatch(/^( \w+){20}$/)
  expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('length')
  // Eleven tokens of template around the three of the message.
  expect(chunks.at(-1)!.usage).toEqual({ prompt_tokens: 14, completion_tokens: 20, total_tokens: 34 })
})

test('the openai package streams a completion, with usage', async () => {
  const { openai, model } = await connect()
  const stream = await openai.completions.create({ model, prompt: 'one two', max_tokens: 20, stream: true })
  const chunks = await all(stream)
  expect(chunks.map((chunk) => chunk.choices[0]!.text).join('')).toMatch(/^( \w+){20}$/)
  expect(chunks.at(-1)!.usage).toEqual({ prompt_tokens: 2, completion_tokens: 20, total_tokens: 22 })
})

test('the openai package lists the model, and knows a wrong one as an error of its own', async () => {
  const { openai, model } = await connect()
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual([model])
  const wrong = openai.completions.create({ model: 'nope', prompt: 'one', stream: true })
  await expect(wrong).rejects.toThrow(OpenAI.NotFoundError)
})
