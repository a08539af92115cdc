import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import type { Queues } from './batch.ts'
import { chunkedPrefill } from './chunked-prefill.ts'
import type { KvBlocks } from './kv-blocks.ts'
import { createPrefixCache } from './prefix-cache.ts'
import type { EngineProfile } from './profile.ts'
import { vllmChunkedPrefill } from './profiles/vllm.ts'
import type { Sequence } from './sequence.ts'
import { createSlowPrefixCache } from './slow-prefix-cache.testkit.ts'

/** Blocks of 4 tokens. */
const limits = (blocks: number): EngineProfile['scheduler'] => ({
  ...vllmChunkedPrefill.scheduler,
  maxSequences: 6,
  maxBatchedTokens: 64,
  blockTokens: 4,
  blocks,
  watermark: 0,
  prefixCache: { blockTokens: 4 },
})

let lastId = 0

/** A sequence whose tokens are the letters of `prompt` and then those of `answer`. */
function sequence(prompt: string, answer = 'zzzzzzzzzzzz', maxTokens = answer.length): Sequence {
  const text = prompt + answer
  return {
    id: lastId++,
    promptTokens: prompt.length,
    maxTokens,
    stopAfter: Infinity,
    ids: (position) => text.charCodeAt(position),
    visibleAt: 0,
    generated: 0,
    toPrefill: 0,
    blocks: 0,
    cachedTokens: null,
    cancelled: false,
  }
}

/** Admits and computes a whole prompt; returns how much of it was found, or null where there is no room. */
function read(kv: KvBlocks, asked: Sequence): number | null {
  const cached = kv.find(asked)
  if (!kv.admit(asked, cached)) return null
  kv.keep(asked, asked.promptTokens + asked.generated)
  return cached
}

/** Reads a prompt, and leaves at once. */
function visit(kv: KvBlocks, prompt: string): number | null {
  const visitor = sequence(prompt)
  const cached = read(kv, visitor)
  kv.release(visitor)
  return cached
}

test('a block is found where it and everything before it are the same, and only when it is full', () => {
  const kv = createPrefixCache(limits(20))
  visit(kv, 'aaaabbbbcc')
  const rows = [
    ['aaaabbbbcccc', 8], // Both full blocks; `cc` was never full.
    ['aaaabbbb-', 8],
    ['aaaa----bbbb-', 4],
    ['bbbbaaaa-', 0], // The same blocks, after something else.
    ['aaa-bbbb-', 0],
  ] as const
  for (const [prompt, cached] of rows) expect([prompt, kv.find(sequence(prompt))]).toEqual([prompt, cached])
})

test('a prompt of exactly five cached blocks computes the fifth again: the last token is never found', () => {
  const kv = createPrefixCache(limits(20))
  visit(kv, 'aaaabbbbccccddddeeee')
  expect(kv.find(sequence('aaaabbbbccccddddeeee'))).toBe(16)
  expect(kv.find(sequence('aaaabbbbccccddddeeee-'))).toBe(20)
})

test('two equal prompts of one iteration share their blocks, and a chunk only what it has computed', () => {
  const kv = createPrefixCache(limits(20))
  const queues = queuesOf(kv, [sequence('aaaabbbbcc'), sequence('aaaabbbbcc')])
  // 10 tokens; of the second one's, 8 are found.
  expect(chunkedPrefill(queues).prefill.map(({ tokens }) => tokens)).toEqual([10, 2])
  // Of 10 tokens in chunks of 6, one block is full after the first chunk.
  const chunked = { ...queuesOf(createPrefixCache(limits(20)), [sequence('aaaabbbbcc')]) }
  chunkedPrefill({ ...chunked, limits: { ...limits(20), maxBatchedTokens: 6 } })
  expect(chunked.kv.find(sequence('aaaabbbbcc'))).toBe(4)
})

test('blocks that decoding fills are found: of n + a tokens all but the last one, which is never computed', () => {
  const kv = createPrefixCache(limits(20))
  const first = sequence('aaaabb', 'xyzuvwXY', 7)
  runToEnd(queuesOf(kv, [first]))
  // 6 + 7 tokens, of which 12 are computed: three blocks.
  expect(kv.find(sequence('aaaabbxyzuvwX-'))).toBe(12)
  expect(kv.free()).toBe(20)
})

test('nameless blocks are taken first, then those that were left longest ago, from the tail of their sequence', () => {
  const kv = createPrefixCache(limits(6))
  visit(kv, 'aaaabbbb') // Two named blocks, and four nameless.
  visit(kv, 'ccccdddde') // Two more, and the nameless one goes back in front.
  expect(visit(kv, 'fffffff')).toBe(0) // Takes the two nameless; one gets a name.
  // Nameless: 1. Queue of the named: b, a, d, c, f. Three new blocks take the nameless one, b and a.
  visit(kv, 'gggghhhhi')
  expect(kv.find(sequence('aaaabbbb-'))).toBe(0)
  expect(kv.find(sequence('ccccdddd-'))).toBe(8)
  // Queue: nameless, d, c, f, h, g. Two new ones take the nameless and d, the tail of `ccccdddd`.
  visit(kv, 'kkkkl')
  expect(kv.find(sequence('ccccdddd-'))).toBe(4)
  // A hit goes to the end of the queue: after c was found again, f is the next to go.
  expect(visit(kv, 'ccccm')).toBe(4)
  visit(kv, 'nnnno')
  expect([kv.find(sequence('cccc-')), kv.find(sequence('ffff-'))]).toEqual([4, 0])
})

test('an admission needs new blocks and those of its hits that lie in the queue; hits in use are free of charge', () => {
  const kv = createPrefixCache(limits(4))
  const holder = sequence('aaaabbbb')
  read(kv, holder)
  const other = sequence('ccccdddd')
  read(kv, other)
  // No block is free. `aaaabbbbe` needs one beside its two hits, which are in use.
  expect(read(kv, sequence('aaaabbbbe'))).toBe(null)
  kv.release(other)
  expect(kv.free()).toBe(2)
  const third = sequence('aaaabbbbe')
  expect([read(kv, third), kv.free()]).toEqual([8, 1])
  kv.release(holder)
  // Its blocks are still held by the third one.
  expect(kv.free()).toBe(1)
  kv.release(third)
  expect(kv.free()).toBe(4)
  // All four are free: two hits, and two blocks for the other five tokens.
  expect([read(kv, sequence('aaaabbbbfffff')), kv.free()]).toEqual([8, 0])
  // Three are free, and three are needed: two hits that lie in the queue, and two new ones are one too many.
  const full = createPrefixCache(limits(4))
  visit(full, 'aaaabbbb')
  read(full, sequence('ccc'))
  expect(full.free()).toBe(3)
  expect(read(full, sequence('aaaabbbbfffff'))).toBe(null)
  expect(read(full, sequence('aaaabbbbf'))).toBe(8)
})

test('who is preempted finds its blocks again, what it has generated included, and is not counted twice', () => {
  const kv = createPrefixCache(limits(20))
  const victim = sequence('aaaabbbbc', 'dddeeee', 7)
  read(kv, victim)
  victim.generated = 5
  kv.keep(victim, 14)
  kv.grow(victim)
  kv.release(victim)
  expect(victim).toMatchObject({ blocks: 0, cachedTokens: 0 })
  // 9 + 5 tokens, of which at most 13 may be found: aaaa bbbb cddd.
  expect(read(kv, victim)).toBe(12)
  expect(victim.cachedTokens).toBe(0)
  expect(kv.prefixCache()).toEqual({ queries: 9, hits: 0 })
  expect(visit(kv, 'aaaabbbbx')).toBe(8)
  expect(kv.prefixCache()).toEqual({ queries: 18, hits: 8 })
})

test('of two blocks with one key the older is found, and the younger stays when it is overwritten', () => {
  const kv = createPrefixCache(limits(3))
  // The second computes its last token again, in a block of its own with the same key.
  const older = sequence('aaaa')
  const younger = sequence('aaaa')
  expect([read(kv, older), read(kv, younger), kv.free()]).toEqual([0, 0, 1])
  kv.release(older)
  // One nameless block is free, and the older one.
  visit(kv, 'bbbbcccc')
  expect(kv.find(sequence('aaaa-'))).toBe(4)
  kv.release(younger)
  visit(kv, 'ddddeeeeffff')
  expect(kv.find(sequence('aaaa-'))).toBe(0)
})

test('a reset empties the cache, but not while a block is in use', () => {
  const kv = createPrefixCache(limits(20))
  const running = sequence('aaaabbbb')
  read(kv, running)
  expect([kv.reset(), kv.find(sequence('aaaabbbb-'))]).toEqual([false, 8])
  kv.release(running)
  expect([kv.reset(), kv.find(sequence('aaaabbbb-')), kv.free()]).toEqual([true, 0, 20])
})

test('where the tokens are not known, nothing is found', () => {
  const kv = createPrefixCache(limits(20))
  for (let i = 0; i < 2; i++) {
    const unknown = { ...sequence('aaaabbbb'), ids: null }
    expect(read(kv, unknown)).toBe(0)
    kv.release(unknown)
  }
  expect(kv.prefixCache()).toEqual({ queries: 16, hits: 0 })
})

test('blocks of another size than the scheduler has are refused', () => {
  expect(() => createPrefixCache({ ...limits(20), prefixCache: { blockTokens: 8 } })).toThrow(
    'The prefix cache has blocks of 8 tokens, and the scheduler of 4.',
  )
})

test('2,000 random requests: the same iterations, hits and preemptions as the slow model, one for one', () => {
  const requests = conversations(2000)
  const fast = run(createPrefixCache(limits(30)), requests)
  const slow = run(createSlowPrefixCache(limits(30)), requests)
  expect(fast.iterations).toEqual(slow.iterations)
  expect(fast.cached).toEqual(slow.cached)
  expect(fast.counts).toEqual(slow.counts)
  // It is a test of all of it: much is found, more is lost again, and many are preempted.
  const roomy = run(createPrefixCache(limits(100_000)), requests)
  expect(fast.counts!.hits).toBeGreaterThan(0.1 * fast.counts!.queries)
  expect(fast.counts!.hits).toBeLessThan(0.8 * roomy.counts!.hits)
  expect(fast.preemptions).toBeGreaterThan(200)
})

interface Asked {
  /** The iteration before which it comes. */
  readonly at: number
  readonly prompt: string
  readonly answer: string
}

/** Prompts over two letters, under a salt or not; every other one goes on from an earlier prompt and its answer. */
function conversations(count: number): Asked[] {
  const random = createRandom(7, 'prefix-cache.test')
  const upTo = (most: number): number => 1 + Math.floor(random.next() * most)
  const letters = (length: number): string => Array.from({ length }, () => (random.next() < 0.8 ? 'a' : 'b')).join('')
  const asked: Asked[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    at += Math.floor(random.next() * 8)
    const earlier = asked[Math.max(0, i - upTo(40))]
    const goesOn = earlier !== undefined && random.next() < 0.5 && earlier.prompt.length + earlier.answer.length < 40
    const head = goesOn ? earlier.prompt + earlier.answer : random.next() < 0.3 ? 's' : ''
    asked.push({ at, prompt: head + letters(upTo(20)), answer: letters(upTo(30)) })
  }
  return asked
}

const queuesOf = (kv: KvBlocks, waiting: Sequence[]): Queues => ({
  limits: limits(kv.total),
  kv,
  waiting,
  running: [],
  preemptions: 0,
})

/** Runs what `arrivals` bring until all have left; writes down each iteration. */
function runToEnd(queues: Queues, arrivals: { at: number; sequence: Sequence }[] = []): string[] {
  const { waiting, running, kv } = queues
  const iterations: string[] = []
  for (let i = 0; waiting.length + running.length + arrivals.length > 0; i++) {
    while (arrivals.length > 0 && arrivals[0]!.at <= i) waiting.push(arrivals.shift()!.sequence)
    const { prefill, decode } = chunkedPrefill(queues)
    iterations.push(
      `${prefill.map(({ sequence: { id }, tokens }) => `${id}:${tokens}`).join()} ${decode.map(({ id }) => id).join()} ${kv.free()}`,
    )
    for (const { sequence: each, tokens } of prefill) if ((each.toPrefill -= tokens) === 0) each.generated++
    for (const each of decode) each.generated++
    for (const done of running.filter(({ generated, maxTokens }) => generated === maxTokens)) {
      kv.release(done)
      running.splice(running.indexOf(done), 1)
    }
  }
  return iterations
}

function run(kv: KvBlocks, requests: readonly Asked[]) {
  lastId = 0
  const arrivals = requests.map(({ at, prompt, answer }) => ({ at, sequence: sequence(prompt, answer) }))
  const sequences = arrivals.map((arrival) => arrival.sequence)
  const queues = queuesOf(kv, [])
  const iterations = runToEnd(queues, arrivals)
  expect(kv.free()).toBe(kv.total)
  return {
    iterations,
    cached: sequences.map(({ cachedTokens }) => cachedTokens),
    counts: kv.prefixCache(),
    preemptions: queues.preemptions,
  }
}
