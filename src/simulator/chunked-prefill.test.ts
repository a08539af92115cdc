import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Queues } from './batch.ts'
import { chunkedPrefill } from './chunked-prefill.ts'
import { runEngine, type Submission } from './engine.testkit.ts'
import { createKvBlocks } from './kv-blocks.ts'
import { vllmBase, vllmChunkedPrefill } from './profiles/vllm.ts'
import type { Sequence } from './sequence.ts'

const sequence = (id: number, promptTokens: number, maxTokens: number): Sequence => ({
  id,
  promptTokens,
  maxTokens,
  stopAfter: Infinity,
  ids: null,
  visibleAt: 0,
  generated: 0,
  toPrefill: 0,
  blocks: 0,
  cachedTokens: null,
  cancelled: false,
})

/** 40 blocks of 16 tokens, and 64 tokens an iteration: prompts of up to 256 tokens take several. */
const limits = {
  ...vllmChunkedPrefill.scheduler,
  maxSequences: 6,
  maxBatchedTokens: 64,
  blockTokens: 16,
  blocks: 40,
}

const prompts = fc.array(fc.tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 256 })), {
  minLength: 1,
  maxLength: 15,
})

test('no iteration exceeds its tokens or its places, and free and held blocks always add up', () => {
  fc.assert(
    fc.property(prompts, (all) => {
      const kv = createKvBlocks(limits)
      const waiting = all.map(([prompt, answer], id) => sequence(id, prompt, answer))
      const queues: Queues = { limits, kv, waiting, running: [], preemptions: 0 }
      const { running } = queues
      for (let i = 0; waiting.length + running.length > 0; i++) {
        expect(i).toBeLessThan(20_000)
        const { prefill, decode } = chunkedPrefill(queues)
        const chunks = prefill.reduce((sum, { tokens }) => sum + tokens, 0)
        expect(chunks + decode.length).toBeGreaterThan(0)
        expect(chunks + decode.length).toBeLessThanOrEqual(64)
        expect(running.length).toBeLessThanOrEqual(6)
        expect(kv.free() + running.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(40)
        // At most one prompt is left unfinished, and everybody who can decode does.
        expect(prefill.filter(({ sequence: { toPrefill }, tokens }) => tokens < toPrefill).length).toBeLessThanOrEqual(
          1,
        )
        expect(decode.length).toBe(running.filter(({ toPrefill }) => toPrefill === 0).length)
        for (const { sequence: prefilled, tokens } of prefill) {
          prefilled.toPrefill -= tokens
          if (prefilled.toPrefill === 0) prefilled.generated++
        }
        for (const decoding of decode) decoding.generated++
        for (const done of running.filter(({ generated, maxTokens }) => generated === maxTokens)) {
          kv.release(done)
          running.splice(running.indexOf(done), 1)
        }
      }
      expect(kv.free()).toBe(40)
    }),
    { numRuns: 50 },
  )
})

test('a prompt of 150 tokens takes three iterations of 64, and tells its first token after the last', () => {
  const profile = { ...vllmChunkedPrefill, contextTokens: 512, scheduler: limits }
  const firstAt = (promptTokens: number): number =>
    runEngine(profile, [{ at: 0, promptTokens, maxTokens: 1 }]).told[0]!.tokenAt[0]! - profile.ingress.requestMs
  // 64 rows each time; the later ones read what the earlier ones left, which is microseconds here.
  expect(firstAt(128) / firstAt(64)).toBeCloseTo(2, 2)
  expect(firstAt(150) / firstAt(64)).toBeCloseTo(3, 2)
})

test('a prompt of 7000 tokens stops nobody for longer than one iteration of 2048 tokens; prefill first does', () => {
  const talking = Array.from({ length: 20 }, (): Submission => ({ at: 0, promptTokens: 50, maxTokens: 200 }))
  const load: Submission[] = [...talking, { at: 1000, promptTokens: 7000, maxTokens: 5 }]
  const largestGap = (profile: typeof vllmBase): number => {
    const { told } = runEngine(profile, load)
    const gaps = told.slice(0, 20).flatMap(({ tokenAt }) => tokenAt.slice(1).map((at, i) => at - tokenAt[i]!))
    return Math.max(...gaps)
  }
  // 2048 tokens at 0.2216 ms each, and some milliseconds of fixed costs and reading; 7000 tokens alone take 1551 ms.
  expect(largestGap(vllmChunkedPrefill)).toBeGreaterThan(2048 * 0.2216)
  expect(largestGap(vllmChunkedPrefill)).toBeLessThan(2048 * 0.2216 + 20)
  expect(largestGap(vllmBase)).toBeGreaterThan(7000 * 0.2216)
})

test('an iteration that preempted somebody admits nobody, and the preempted goes first afterwards', () => {
  const kv = createKvBlocks(limits)
  const queues: Queues = { limits, kv, waiting: [], running: [], preemptions: 0 }
  for (const [id, prompt] of [320, 320].entries()) {
    const running = sequence(id, prompt, 100)
    kv.admit(running, 0)
    queues.running.push(running)
  }
  queues.waiting.push(sequence(2, 10, 10))
  queues.running[0]!.generated = 1
  queues.running[1]!.generated = 1
  // Two prompts of 20 blocks hold all 40: the first one's next block is the second one's loss.
  expect(chunkedPrefill(queues)).toEqual({ prefill: [], decode: [queues.running[0]] })
  expect(queues.waiting.map(({ id }) => id)).toEqual([1, 2])
  expect(queues.preemptions).toBe(1)
})
