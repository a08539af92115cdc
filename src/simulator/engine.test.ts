import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runEngine, type Submission } from './engine.testkit.ts'
import { createEngine } from './engine.ts'
import { PROFILES } from '../frameworks/find-profile.ts'
import type { EngineProfile } from './profile.ts'
import { lmdeployBase } from './profiles/lmdeploy.ts'
import { mlcBatch64, mlcW4a16 } from './profiles/mlc-llm.ts'
import { tensorrtLlmBase } from './profiles/tensorrt-llm.ts'
import { vllmBase, vllmChunkedPrefill } from './profiles/vllm.ts'

/** An engine so small that everything runs out: 4 places, 40 blocks of 16 tokens, requests of at most 512. */
const tiny = (profile: EngineProfile): EngineProfile => ({
  ...profile,
  contextTokens: 512,
  scheduler: {
    ...profile.scheduler,
    maxSequences: 4,
    maxBatchedTokens: 512,
    blockTokens: 16,
    blocks: 40,
    watermark: 0,
  },
})

const submission = fc.record(
  {
    at: fc.double({ min: 0, max: 2000, noNaN: true }),
    promptTokens: fc.integer({ min: 1, max: 256 }),
    maxTokens: fc.integer({ min: 1, max: 256 }),
    stopAfter: fc.integer({ min: 1, max: 256 }),
    cancelAfter: fc.double({ min: 0, max: 3000, noNaN: true }),
  },
  { requiredKeys: ['at', 'promptTokens', 'maxTokens'] },
)
const load: fc.Arbitrary<Submission[]> = fc.array(submission, { minLength: 1, maxLength: 25 })
const engine = fc.constantFrom(...[vllmBase, vllmChunkedPrefill, lmdeployBase, tensorrtLlmBase, mlcW4a16].map(tiny))

test('every request that is not cancelled gets min(stopAfter, maxTokens) tokens, preempted or not', () => {
  fc.assert(
    fc.property(engine, load, (profile, submissions) => {
      const { told } = runEngine(profile, submissions)
      for (const [id, { maxTokens, stopAfter = Infinity, cancelAfter }] of submissions.entries()) {
        const { tokenAt, finish } = told[id]!
        const wanted = Math.min(stopAfter, maxTokens)
        if (cancelAfter !== undefined) expect(tokenAt.length).toBeLessThanOrEqual(wanted)
        else expect([tokenAt.length, finish]).toEqual([wanted, stopAfter <= maxTokens ? 'stop' : 'length'])
      }
    }),
  )
})

test('the batch never exceeds its cap, the KV usage stays between 0 and 1 and is 0 when all have left', () => {
  fc.assert(
    fc.property(engine, load, (profile, submissions) => {
      const { stats, mostRunning, leastKvUsage, mostKvUsage } = runEngine(profile, submissions)
      expect(mostRunning).toBeLessThanOrEqual(profile.scheduler.maxSequences)
      expect(leastKvUsage).toBeGreaterThanOrEqual(0)
      expect(mostKvUsage).toBeLessThanOrEqual(1)
      expect(stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 })
    }),
  )
})

test('the same load gives the same times', () => {
  fc.assert(
    fc.property(engine, load, (profile, submissions) => {
      expect(runEngine(profile, submissions)).toEqual(runEngine(profile, submissions))
    }),
    { numRuns: 20 },
  )
})

test('first tokens come in the order of arrival where nobody polls for a slot', () => {
  const uncancelled = load.map((all) => all.map(({ at, promptTokens, maxTokens }) => ({ at, promptTokens, maxTokens })))
  const fifo = fc.constantFrom(...[vllmChunkedPrefill, tensorrtLlmBase, mlcW4a16].map(tiny))
  fc.assert(
    fc.property(fifo, uncancelled, (profile, submissions) => {
      const sorted = submissions.toSorted((a, b) => a.at - b.at)
      const firsts = runEngine(profile, sorted).told.map(({ tokenAt }) => tokenAt[0]!)
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
    }),
  )
})

const crowd = Array.from({ length: 8 }, (): Submission => ({ at: 0, promptTokens: 100, maxTokens: 200 }))

test('growth preempts when the blocks run out, worst-case reservation never does', () => {
  // Four sequences of 100 + 200 tokens need 4 x 19 = 76 blocks; there are 40.
  expect(runEngine(tiny(vllmBase), crowd).stats.preemptions).toBeGreaterThan(0)
  const reserved = runEngine(tiny(tensorrtLlmBase), crowd)
  expect(reserved.stats.preemptions).toBe(0)
  expect(reserved.mostRunning).toBe(2)
})

test('a slowdown of 1.3 makes every gap between tokens 1.3 times as long', () => {
  const alone: Submission[] = [{ at: 0, promptTokens: 300, maxTokens: 50 }]
  const tpot = (profile: EngineProfile): number => {
    const { tokenAt } = runEngine(profile, alone).told[0]!
    return (tokenAt.at(-1)! - tokenAt[0]!) / (tokenAt.length - 1)
  }
  for (const profile of PROFILES) {
    expect(tpot({ ...profile, slowdown: 1.3 }) / tpot(profile)).toBeCloseTo(1.3, 9)
  }
})

test('a cancelled request gives its place to the next one', () => {
  const single = { ...vllmBase, scheduler: { ...vllmBase.scheduler, maxSequences: 1 } }
  const first: Submission = { at: 0, promptTokens: 10, maxTokens: 200 }
  const second: Submission = { at: 1, promptTokens: 10, maxTokens: 1 }
  const waits = runEngine(single, [first, second]).told[1]!.tokenAt[0]!
  const jumps = runEngine(single, [{ ...first, cancelAfter: 100 }, second]).told[1]!.tokenAt[0]!
  expect(waits).toBeGreaterThan(200 * 18)
  // One iteration is under way at 100 ms (19 ms and a bit), and the second request's own takes 23 ms.
  expect(jumps).toBeLessThan(100 + 20 + 25)
})

test('noise is the same for a seed, and leaves the number of tokens alone', () => {
  const noisy = { ...vllmBase, speedNoise: { run: 0.02, drift: 0.01, stallChance: 0.05, stallMs: 50 } }
  const run = runEngine(noisy, crowd)
  expect(run).toEqual(runEngine(noisy, crowd))
  expect(run.told.map(({ tokenAt }) => tokenAt.length)).toEqual(crowd.map(({ maxTokens }) => maxTokens))
  expect(run.told).not.toEqual(runEngine(vllmBase, crowd).told)
})

test('mlc-llm with a batch cap of 64 dies at its 57th sequence, and nobody hears of it again; with 48 it lives', () => {
  const many = Array.from({ length: 57 }, (): Submission => ({ at: 0, promptTokens: 20, maxTokens: 5 }))
  const { told, stats } = runEngine(mlcBatch64, many)
  expect(stats).toMatchObject({ dead: true, running: 57 })
  expect(told.every(({ tokenAt }) => tokenAt.length === 0)).toBe(true)
  expect(runEngine(mlcBatch64, many.slice(1)).stats.dead).toBe(false)
  expect(runEngine(mlcW4a16, many).stats.dead).toBe(false)
})

test('a request longer than the context is refused', () => {
  const engine = createEngine(vllmBase, 0)
  expect(() => engine.submit({ id: 1, promptTokens: 8000, maxTokens: 193 }, 0)).toThrow(
    'A request of 8000 + 193 tokens does not fit in the context of 8192.',
  )
})
