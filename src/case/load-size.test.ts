import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { fixedLengths } from '../workload/index.ts'
import type { Dataset } from '../workload/workload.ts'
import { checkBaselineTrials, checkLoadCall } from './check-options.ts'
import { describeEnvironment } from './environment.ts'
import { checkSize } from './load-size.ts'
import { resolvedCase } from './resolve.testkit.ts'
import { runCase } from './run-case.ts'

const LOAD = { target: vllm(), requestRate: 1, numPrompts: 10 }

test.for([
  [{ numPrompts: 1e9 }, /numPrompts of a load is 1000000000\. .*from 1 to 250000: each takes 8 kB/],
  [{ numPrompts: Number.MAX_SAFE_INTEGER }, /numPrompts of a load is 9007199254740991/],
  [{ numPrompts: Infinity }, /numPrompts of a load is Infinity/],
  [{ warmup: 1e9 }, /warmup of a load is 1000000000\. .*up to 250000, "auto" or false: each takes 8 kB/],
  [{ trials: 1e9 }, /trials of a load is 1000000000\. .*from 1 to 1000: each has a report/],
  [{ threads: 1e9 }, /threads of a load is 1000000000\. .*from 1 to 64, or "auto": each takes 20 MB/],
  [{ clients: 4 }, /no option "clients"\. It is called "threads" now/],
] as const)('%j is refused with its bound and the reason', ([options, message]) => {
  expect(() => checkLoadCall({ ...LOAD, ...options })).toThrow(
    expect.objectContaining({ code: 'bad-load', message: expect.stringMatching(message) }),
  )
})

test('the bounds themselves are allowed, and so is any limit of concurrency: it takes no memory', () => {
  const most = { numPrompts: 250_000, warmup: 250_000, threads: 64, maxConcurrency: 1e9 }
  expect(() => checkLoadCall({ ...LOAD, ...most })).not.toThrow()
  expect(() => checkLoadCall({ ...LOAD, trials: 1000 })).not.toThrow()
  expect(() => checkSize({ numPrompts: 250_000, fill: 'auto', trials: 1 })).not.toThrow()
  expect(() => checkSize({ numPrompts: 250, fill: 'auto', trials: 1000 })).not.toThrow()
})

test('trials count with their requests: 1000 x 251 are 1000 too many', () => {
  expect(() => checkSize({ numPrompts: 251, fill: 'auto', trials: 1000 })).toThrow(
    /1000 trials with numPrompts 251 are 251000 requests\. A case has at most 250000, of 8 kB each/,
  )
})

test('a baseline of a billion trials is refused', () => {
  expect(() => checkBaselineTrials(1e9)).toThrow(/baselineTrials .* is 1000000000\. .*from 8 to 1000/)
})

test('lengths are bounded one by one, and in their sum before they are drawn', async () => {
  expect(() => fixedLengths({ promptTokens: 1e9, outputTokens: 1 })).toThrow(
    /promptTokens is 1000000000.* at most 10000000/,
  )
  expect(() => fixedLengths({ promptTokens: 1, outputTokens: 1e9 })).toThrow(/outputTokens is 1000000000/)
  const long = fixedLengths({ promptTokens: 1, outputTokens: 10_000_000 })
  await expect(long.sample({ count: 11, seed: 0 })).rejects.toThrow(/more than 100 million outputTokens/)
  const wide = fixedLengths({ promptTokens: 10_000_000, outputTokens: 1 })
  await expect(wide.sample({ count: 11, seed: 0 })).rejects.toThrow(/more than 100 million promptTokens/)
})

test('all trials of a case share one budget of tokens, whatever dataset they come from', async () => {
  const huge: Dataset = {
    label: 'huge',
    sample: async ({ count }) =>
      Array.from({ length: count }, () => ({ prompt: 'a', promptTokens: 1, outputTokens: 60_000_000 })),
  }
  const load = { requestRate: 1, numPrompts: 1, trials: 2, dataset: huge }
  const options = { environment: describeEnvironment(), signal: new AbortController().signal, onProgress: undefined }
  await expect(runCase(resolvedCase({ name: 'long', target: vllm(), load }), options)).rejects.toThrow(
    /^long has more than 100 million outputTokens: they do not fit into memory\. Lower numPrompts, trials/,
  )
})
