import { expect, test } from 'vitest'
import { jsonl } from './jsonl.ts'
import { temporaryFile } from './temporary-file.testkit.ts'
const one = { count: 1, seed: 0 }

const write = (...lines: string[]) => temporaryFile('rows.jsonl', lines.join('\n'))

test.for([
  {
    name: 'prompt and completion',
    row: { prompt: 'tell the story', completion: 'one day' },
    request: { prompt: 'tell the story', promptTokens: 3, outputTokens: 2 },
  },
  {
    name: 'lengths told, no completion, and a tokenizer that does not exist is never asked',
    row: { prompt: 'tell the story', promptTokens: 7, outputTokens: 9 },
    options: { tokenizer: 'no-such-tokenizer' },
    request: { prompt: 'tell the story', promptTokens: 7, outputTokens: 9 },
  },
  {
    name: 'one length for all answers',
    row: { prompt: 'tell the story', completion: 'one day', outputTokens: 9 },
    options: { outputTokens: 64 },
    request: { prompt: 'tell the story', promptTokens: 3, outputTokens: 64 },
  },
  {
    name: 'messages up to the last answer',
    row: {
      messages: [
        { role: 'system', content: 'be short' },
        { role: 'user', content: 'tell the story' },
        { role: 'assistant', content: 'one day in time' },
      ],
    },
    request: { prompt: 'be short\n\ntell the story', promptTokens: 6, outputTokens: 4 },
  },
  {
    name: 'messages without an answer',
    row: { messages: [{ role: 'user', content: 'tell the story' }], outputTokens: 5 },
    request: { prompt: 'tell the story', promptTokens: 3, outputTokens: 5 },
  },
])('$name', async ({ row, options, request }) => {
  const path = await write(JSON.stringify(row))
  expect(await jsonl({ path, ...options }).sample(one)).toEqual([request])
})

test('blank lines and carriage returns are no rows, and too few rows are repeated where that is asked for', async () => {
  const path = await write('', '{"prompt": "one", "promptTokens": 1, "outputTokens": 1}\r', '', '')
  const dataset = jsonl({ path, repeat: true })
  expect(dataset.label).toBe('jsonl (rows.jsonl, rows may repeat)')
  expect(await dataset.sample({ count: 3, seed: 0 })).toHaveLength(3)
  await expect(jsonl({ path }).sample({ count: 3, seed: 0 })).rejects.toMatchObject({
    code: 'bad-dataset',
    message: expect.stringMatching(
      /rows\.jsonl has 1 usable rows, and the load asks for 3 requests\. Lower numPrompts to 1 .*`repeat: true`\.$/,
    ),
  })
})

test.for([
  {
    name: 'malformed JSON',
    lines: ['{"prompt": "a", "outputTokens": 1}', '', '{"prompt"'],
    message: /rows\.jsonl, line 3: not JSON: /,
  },
  { name: 'no prompt', lines: ['{"question": "a"}'], message: /rows\.jsonl, line 1: no prompt that can be used/ },
  { name: 'an empty prompt', lines: ['{"prompt": "", "outputTokens": 1}'], message: /line 1: no prompt/ },
  {
    name: 'messages that begin with an answer',
    lines: ['{"messages": [{"role": "assistant", "content": "a"}]}'],
    message: /line 1: no prompt/,
  },
  { name: 'a length of 0', lines: ['{"prompt": "a", "outputTokens": 0}'], message: /line 1: no prompt/ },
  { name: 'no answer length', lines: ['{"prompt": "a"}'], message: /line 1: neither a completion nor outputTokens/ },
  { name: 'no rows', lines: ['', ''], message: /rows\.jsonl has no rows\. Give one object on each line/ },
])('$name is refused with its line', async ({ lines, message }) => {
  const path = await write(...lines)
  await expect(jsonl({ path }).sample(one)).rejects.toThrow(message)
})

test('a missing file is refused by name', async () => {
  await expect(jsonl({ path: 'nowhere.jsonl' }).sample(one)).rejects.toMatchObject({ code: 'bad-dataset' })
})
