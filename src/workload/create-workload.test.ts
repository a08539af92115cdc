import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { constant, poisson } from '../arrival/index.ts'
import { createWorkload } from './create-workload.ts'
import { digest } from './digest.ts'
import { fixedLengths } from './fixed-lengths.ts'
import type { Dataset, PromptRequest } from './workload.ts'

const dataset = fixedLengths({ promptTokens: 5, outputTokens: 5 })
const load = { dataset, arrival: poisson(), count: 10, requestRate: 2, seed: 1 }

test('the same options give the same workload', async () => {
  expect(await createWorkload(load)).toEqual(await createWorkload(load))
})

test.each([
  { name: 'seed', other: { seed: 2 } },
  { name: 'rate', other: { requestRate: 3 } },
  { name: 'count', other: { count: 11 } },
  { name: 'arrival', other: { arrival: constant() } },
  { name: 'answer length', other: { dataset: fixedLengths({ promptTokens: 5, outputTokens: 6 }) } },
])('another $name gives another digest', async ({ other }) => {
  const [one, two] = await Promise.all([createWorkload(load), createWorkload({ ...load, ...other })])
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/)
  expect(two.digest).not.toBe(one.digest)
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
  // printf '5 1 2 0\nhello7 3 4 2.5\nw\xc3\xb6rld!' | sha256sum
  const requests = [
    { prompt: 'hello', promptTokens: 1, outputTokens: 2 },
    { prompt: 'wörld!', promptTokens: 3, outputTokens: 4 },
  ]
  expect(digest(requests, [0, 2.5])).toBe('441595718abd38d66c298b0683766ed05c60a70f38b47c71d3aae48f90cbbb9e')
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
  )
}
