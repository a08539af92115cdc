import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { constant, poisson } from '../arrival/index.ts'
import { createWorkload } from './create-workload.ts'
import { digest } from './digest.ts'
import { fixedLengths } from './fixed-lengths.ts'
import { lognormalLengths } from './lognormal-lengths.ts'
import type { Dataset, PromptRequest, SampleOptions, Workload } from './workload.ts'

const dataset = fixedLengths({ promptTokens: 12, outputTokens: 5 })
const load = { dataset, arrival: poisson(), count: 10, requestRate: 2, seed: 1, nonceKey: 'first run' }

test('the same options give the same workload', async () => {
  expect(await createWorkload(load)).toEqual(await createWorkload(load))
})

test.each([
  { name: 'seed', other: { seed: 2 } },
  { name: 'rate', other: { requestRate: 3 } },
  { name: 'count', other: { count: 11 } },
  { name: 'arrival', other: { arrival: constant() } },
  { name: 'answer length', other: { dataset: fixedLengths({ promptTokens: 12, outputTokens: 6 }) } },
  { name: 'prompt length', other: { dataset: fixedLengths({ promptTokens: 13, outputTokens: 5 }) } },
  { name: 'length of the nonce', other: { nonceKey: null } },
])('another $name gives another digest', async ({ other }) => {
  const [one, two] = await Promise.all([createWorkload(load), createWorkload({ ...load, ...other })])
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/)
  expect(two.digest).not.toBe(one.digest)
})

test('another key gives other words to the nonces and nothing else: the digest is the same', async () => {
  const [one, two] = await Promise.all([createWorkload(load), createWorkload({ ...load, nonceKey: 'second run' })])
  expect(two.digest).toBe(one.digest)
  expect(two.requests.map(({ promptTokens }) => promptTokens)).toEqual(Array(10).fill(12))
  const words = (workload: Workload) => workload.requests.map(({ prompt }) => prompt.split(' '))
  for (const [i, prompt] of words(two).entries()) {
    expect(prompt.slice(0, 8)).not.toEqual(words(one)[i]?.slice(0, 8))
    expect(prompt.slice(8)).toEqual(words(one)[i]?.slice(8))
  }
})

test.each([
  // Reused prompts are those of the seed at every rate; else the words are others, and the lengths those of the trial.
  { nonceKey: null, samePrompts: true },
  { nonceKey: 'k', samePrompts: false },
])('nonce key $nonceKey: the same prompts at two rates: $samePrompts', async ({ nonceKey, samePrompts }) => {
  const random = lognormalLengths({
    promptTokens: { median: 40, sigma: 1 },
    outputTokens: { median: 9, sigma: 1 },
  })
  const at = async (requestRate: number) => {
    const { requests } = await createWorkload({ ...load, dataset: random, nonceKey, requestRate })
    return {
      prompts: requests.map(({ prompt }) => prompt),
      lengths: requests.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens]),
    }
  }
  const [slow, fast] = await Promise.all([at(2), at(3)])
  expect(fast.lengths).toEqual(slow.lengths)
  expect(fast.prompts.some((prompt) => slow.prompts.includes(prompt))).toBe(samePrompts)
})

test('a dataset learns the seed of its rate, and that of its trial, which is the same at every rate', async () => {
  const asked: SampleOptions[] = []
  const watched: Dataset = {
    label: 'watched',
    sample: (options) => {
      asked.push(options)
      return dataset.sample(options)
    },
  }
  await createWorkload({ ...load, dataset: watched })
  await createWorkload({ ...load, dataset: watched, requestRate: Infinity })
  await createWorkload({ ...load, dataset: watched, nonceKey: null })
  expect(asked.map(({ trialSeed }) => trialSeed)).toEqual([1, 1, 1])
  expect(new Set(asked.map(({ seed }) => seed)).size).toBe(3)
  expect(asked[2]?.seed).toBe(1)
})

test('two stimuli have one digest only if they are equal', () => {
  const request = fc.record({
    prompt: fc.oneof(fc.constantFrom('', '1', '1 1 1 0\n', '\n'), fc.string({ unit: 'grapheme' })),
    promptTokens: fc.integer({ min: 1, max: 3 }),
    outputTokens: fc.integer({ min: 1, max: 3 }),
    offset: fc.constantFrom(0, 1, 1.5),
  })
  const stimulus = fc.array(request, { maxLength: 3 })
  fc.assert(
    fc.property(stimulus, stimulus, (one, two) => {
      expect(digestOf(one) === digestOf(two)).toBe(JSON.stringify(one) === JSON.stringify(two))
    }),
    { numRuns: 500 },
  )
})

test('a digest is the same on every machine', () => {
  // printf 'nonce 8\n5 1 2 0\nhello7 3 4 2.5\nw\xc3\xb6rld!' | sha256sum
  const requests = [
    { prompt: 'hello', promptTokens: 1, outputTokens: 2 },
    { prompt: 'wörld!', promptTokens: 3, outputTokens: 4 },
  ]
  expect(digest(requests, [0, 2.5], 8)).toBe('a0caa0e6ed8172ab31b163d959673de2ff77d52364699cde6ce579495c80b713')
})

test.each([0, -1, 1.5, NaN])('a load of %d requests is refused', async (count) => {
  await expect(createWorkload({ ...load, count })).rejects.toThrow(`The load asks for ${count} requests.`)
})

test('a dataset that gives too few requests is refused by name', async () => {
  const short: Dataset = { label: 'mine', sample: async () => [] }
  await expect(createWorkload({ ...load, dataset: short })).rejects.toThrow('mine gave 0 requests instead of 10.')
})

type Row = PromptRequest & { readonly offset: number }

function digestOf(rows: readonly Row[]): string {
  return digest(
    rows,
    rows.map(({ offset }) => offset),
    8,
  )
}
