import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { pythonSeed } from '../base/mersenne-twister.ts'
import { createRandom } from '../base/random.ts'
import { pythonSample, pythonShuffle } from './python-sample.ts'
import { sharegpt } from './sharegpt.ts'
import { temporaryFile } from './temporary-file.testkit.ts'
import { estimateTokens, promptOfTokens } from './words.ts'

const random = createRandom(0, 'test')
const turn = (tokens: number) => ({ from: 'human', value: promptOfTokens(random, tokens) })

const write = (rows: unknown) => temporaryFile('chats.json', typeof rows === 'string' ? rows : JSON.stringify(rows))

test('the packaged sample is found, says that it is synthetic, and resembles the study', async () => {
  const dataset = sharegpt()
  expect(dataset.label).toBe('sharegpt (synthetic sample)')
  const requests = await dataset.sample({ count: 200, seed: 0 })
  const mean = requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0) / 200
  // 214 in the study; the standard error of a mean of 200 is some 17.
  expect(mean).toBeGreaterThan(150)
  expect(mean).toBeLessThan(290)
  expect(requests.every(({ prompt, promptTokens }) => estimateTokens(prompt) === promptTokens)).toBe(true)
})

test('one seed gives one sample, another seed another', async () => {
  const [one, same, other] = await Promise.all([0, 0, 1].map((seed) => sharegpt().sample({ count: 20, seed })))
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})

test('a sample is the shuffled conversations of two turns or more, filtered as vLLM filters', async () => {
  const path = await write([
    { conversations: [turn(10)] },
    { conversations: [] },
    { conversations: [turn(4), turn(4)] },
    { conversations: [turn(3), turn(50)] },
    { conversations: [turn(50), turn(3)] },
    { conversations: [turn(1024), turn(1024), turn(5)] },
    { conversations: [turn(1025), turn(10)] },
    { conversations: [turn(1000), turn(1049)] },
  ])
  const requests = await sharegpt({ path }).sample({ count: 2, seed: 3 })
  const lengths = requests.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])
  expect(lengths.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [4, 4],
    [1024, 1024],
  ])
})

test('the order is that of random.seed(seed); random.shuffle(data)', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ conversations: [turn(i + 4), turn(9)] }))
  const requests = await sharegpt({ path: await write(rows) }).sample({ count: 10, seed: 6 })
  const shuffled = pythonShuffle(pythonSeed(6), rows).slice(0, 10)
  expect(requests.map(({ prompt }) => prompt)).toEqual(shuffled.map(({ conversations }) => conversations[0]!.value))
})

test('too few conversations are refused with both numbers, and filled up with repeats where that is asked for', async () => {
  const path = await write([
    { conversations: [turn(4), turn(4)] },
    { conversations: [turn(5), turn(5)] },
    { conversations: [turn(1), turn(9)] },
  ])
  // Two are usable, of three.
  await expect(sharegpt({ path }).sample({ count: 50, seed: 0 })).rejects.toThrow(
    /chats\.json has 2 usable rows, and the load asks for 50 requests\./,
  )
  const dataset = sharegpt({ path, repeat: true })
  expect(dataset.label).toBe('sharegpt (chats.json, rows may repeat)')
  const requests = await dataset.sample({ count: 50, seed: 0 })
  expect(requests).toHaveLength(50)
  expect(new Set(requests.map(({ promptTokens }) => promptTokens))).toEqual(new Set([4, 5]))
})

test('a given answer length replaces the reference, and a short reference no longer matters', async () => {
  const path = await write([{ conversations: [turn(10), turn(1)] }])
  const [request] = await sharegpt({ path, outputTokens: 64 }).sample({ count: 1, seed: 0 })
  expect(request).toMatchObject({ promptTokens: 10, outputTokens: 64 })
})

test('vllm-0.4.1: drawn 1.2 fold, filtered, drawn again, with a token for the beginning of each text', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ conversations: [turn(i < 8 ? 2 : i), turn(i + 10)] }))
  const requests = await sharegpt({ path: await write(rows), compat: 'vllm-0.4.1' }).sample({ count: 10, seed: 0 })
  // int(1.2 * 10) = 12 of 40; rows 0 to 7 have 2 + 1 tokens, one too few.
  const python = pythonSeed(0)
  const usable = pythonSample(python, 40, 12).filter((i) => i >= 8)
  const drawn = pythonSample(python, usable.length, 10).map((i) => usable[i]!)
  expect(requests.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])).toEqual(
    drawn.map((i) => [i + 1, i + 11]),
  )
})

test('vllm-0.4.1: the sample is that of the trial at every rate, and repeats are refused', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ conversations: [turn(i + 4), turn(9)] }))
  const path = await write(rows)
  const dataset = sharegpt({ path, compat: 'vllm-0.4.1' })
  const atOneRate = await dataset.sample({ count: 10, seed: 77, trialSeed: 0 })
  expect(await dataset.sample({ count: 10, seed: 78, trialSeed: 0 })).toEqual(atOneRate)
  expect(await dataset.sample({ count: 10, seed: 0 })).toEqual(atOneRate)
  expect(() => sharegpt({ path, compat: 'vllm-0.4.1', repeat: true })).toThrow(/never repeated a row/)
})

test('vllm-0.4.1: too few conversations are refused, not repeated', async () => {
  const rows = Array.from({ length: 12 }, () => ({ conversations: [turn(2), turn(10)] }))
  const dataset = sharegpt({ path: await write(rows), compat: 'vllm-0.4.1' })
  await expect(dataset.sample({ count: 11, seed: 0 })).rejects.toThrow(
    'draws 13 of two turns for 11 requests, and it has 12',
  )
  await expect(dataset.sample({ count: 10, seed: 0 })).rejects.toThrow(
    'of the 12 that vLLM 0.4.1 draws for 10 requests, 0 are',
  )
})

test.for([
  {
    name: 'malformed JSON',
    rows: '[{"conversations": []}, {]',
    message: /chats\.json is not a JSON array: row 1, from byte 24/,
  },
  {
    name: 'a row without conversations',
    rows: [{ conversations: [] }, { text: 'x' }],
    message: /chats\.json, row 1: no conv/,
  },
  {
    name: 'a turn without a text',
    rows: [{ conversations: [{ from: 'human' }] }],
    message: /chats\.json, row 0: no conv/,
  },
  {
    name: 'nothing usable',
    rows: [{ conversations: [turn(1), turn(1)] }],
    message: /none of its 1 conversations of two/,
  },
])('$name is refused with its place', async ({ rows, message }) => {
  const dataset = sharegpt({ path: await write(rows) })
  await expect(dataset.sample({ count: 1, seed: 0 })).rejects.toThrow(message)
})

test('a missing file is refused by name', async () => {
  const path = resolve('nowhere.json')
  await expect(sharegpt({ path }).sample({ count: 1, seed: 0 })).rejects.toMatchObject({
    code: 'bad-dataset',
    message: `The dataset file ${path} cannot be read. Check the path; it was looked for at ${path}.`,
  })
})
