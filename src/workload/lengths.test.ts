import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { fixedLengths, jsonl, lognormalLengths, sharegpt, study, studyLengths, uniformLengths } from './index.ts'
import { drawStudyLengths } from './study-lengths.ts'
import { STUDY_OUTPUT_TOKENS, STUDY_PROMPT_TOKENS } from './study-workload.ts'
import { estimateTokens } from './words.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

test.each([
  fixedLengths({ promptTokens: 7, outputTokens: 3 }),
  uniformLengths({ promptTokens: [1, 40], outputTokens: [5, 5] }),
  lognormalLengths({ promptTokens: { median: 30, sigma: 1, max: 200 }, outputTokens: { median: 9, sigma: 0.5 } }),
  studyLengths(),
  study(),
])('$label: prompts are as long as they say, repeatable, and a shorter sample begins a longer one', async (dataset) => {
  const requests = await dataset.sample({ count: 60, seed: 4 })
  for (const { prompt, promptTokens, outputTokens } of requests) {
    expect(estimateTokens(prompt)).toBe(promptTokens)
    expect(outputTokens).toBeGreaterThan(0)
  }
  expect(await dataset.sample({ count: 25, seed: 4 })).toEqual(requests.slice(0, 25))
  expect(await dataset.sample({ count: 60, seed: 5 })).not.toEqual(requests)
})

test('fixed lengths are fixed', async () => {
  const requests = await fixedLengths({ promptTokens: 7, outputTokens: 3 }).sample({ count: 5, seed: 0 })
  expect(requests.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])).toEqual([
    [7, 3],
    [7, 3],
    [7, 3],
    [7, 3],
    [7, 3],
  ])
})

test('uniform lengths reach both ends of the range and nothing beyond', async () => {
  const dataset = uniformLengths({ promptTokens: [2, 5], outputTokens: [8, 9] })
  const requests = await dataset.sample({ count: 200, seed: 0 })
  expect(new Set(requests.map(({ promptTokens }) => promptTokens))).toEqual(new Set([2, 3, 4, 5]))
  expect(new Set(requests.map(({ outputTokens }) => outputTokens))).toEqual(new Set([8, 9]))
})

test('lognormal lengths have the median asked for and stop at max', async () => {
  const law = { median: 50, sigma: 1, max: 120 }
  const requests = await lognormalLengths({ promptTokens: law, outputTokens: law }).sample({ count: 3000, seed: 0 })
  const lengths = requests.map(({ outputTokens }) => outputTokens)
  // The median of 3000 draws has a standard error of 1.25 / sqrt(3000) = 2.3 % here.
  expect(Math.abs(median(lengths) / 50 - 1)).toBeLessThan(0.08)
  expect(Math.max(...lengths)).toBe(120)
})

test.each([
  { name: 'no prompt', make: () => fixedLengths({ promptTokens: 0, outputTokens: 1 }), message: 'promptTokens is 0.' },
  {
    name: 'half a token',
    make: () => fixedLengths({ promptTokens: 1, outputTokens: 1.5 }),
    message: 'outputTokens is 1.5.',
  },
  { name: 'no answer (sharegpt)', make: () => sharegpt({ outputTokens: 0 }), message: 'outputTokens is 0.' },
  { name: 'no answer (jsonl)', make: () => jsonl({ path: 'a', outputTokens: 0 }), message: 'outputTokens is 0.' },
  {
    name: 'a range that goes down',
    make: () => uniformLengths({ promptTokens: [5, 2], outputTokens: [1, 2] }),
    message: 'promptTokens is [5, 2].',
  },
  {
    name: 'a sigma in tokens',
    make: () => lognormalLengths({ promptTokens: { median: 300, sigma: 80 }, outputTokens: { median: 1, sigma: 0 } }),
    message: 'promptTokens.sigma is 80.',
  },
])('$name is refused by name', ({ make, message }) => {
  expect(make).toThrow(message)
})

test('the study law stays within its truncation', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { promptTokens, outputTokens } = drawStudyLengths(createRandom(seed, 'test'))
      expect(promptTokens).toBeGreaterThanOrEqual(4)
      expect(promptTokens).toBeLessThanOrEqual(1024)
      expect(outputTokens).toBeGreaterThanOrEqual(4)
      expect(promptTokens + outputTokens).toBeLessThanOrEqual(2048)
    }),
  )
})

test('the study law has the means of the study, and long prompts get short answers', () => {
  const random = createRandom(1, 'test')
  const drawn = Array.from({ length: 20_000 }, () => drawStudyLengths(random))
  const prompt = drawn.map(({ promptTokens }) => promptTokens)
  const output = drawn.map(({ outputTokens }) => outputTokens)
  const [promptMean, outputMean] = [sum(prompt) / prompt.length, sum(output) / output.length]
  // The thousand requests of the study: 213,987 and 199,774 tokens, one draw with a standard error of some 4 %.
  expect(Math.abs(promptMean / 214 - 1)).toBeLessThan(0.1)
  expect(Math.abs(outputMean / 199.8 - 1)).toBeLessThan(0.1)
  expect(sum(drawn.map((d) => (d.promptTokens - promptMean) * (d.outputTokens - outputMean)))).toBeLessThan(0)
})

test('the study reconstruction has the published totals of each segment', () => {
  const segments = [
    [0, 100],
    [100, 200],
    [200, 1000],
  ] as const
  expect(segments.map(([from, to]) => sum(STUDY_PROMPT_TOKENS.slice(from, to)))).toEqual([22_925, 19_964, 171_098])
  expect(segments.map(([from, to]) => sum(STUDY_OUTPUT_TOKENS.slice(from, to)))).toEqual([21_789, 22_343, 155_642])
})

test('the study reconstruction is the one in fixtures', () => {
  const path = new URL('../../fixtures/study-workload.json', import.meta.url)
  const { promptTokens, maxTokens } = JSON.parse(readFileSync(path, 'utf8'))
  expect(STUDY_PROMPT_TOKENS).toEqual(promptTokens)
  expect(STUDY_OUTPUT_TOKENS).toEqual(maxTokens)
})

test('the study has a thousand requests and no more', async () => {
  expect(await study().sample({ count: 1000, seed: 0 })).toHaveLength(1000)
  await expect(study().sample({ count: 1001, seed: 0 })).rejects.toThrow('The study has 1000 requests, not 1001.')
})
