import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { itl } from './itl.ts'
import { paceOf, severalTokens, showsPace } from './pace.ts'
import { failedRecord, madeUpCase, madeUpRecord, madeUpReport, recordWithTtft } from './records.testkit.ts'
import { tpot } from './tpot.ts'

/** An answer of a token every 10 ms that are held back and handed over in pieces of so many. */
function inPieces(sizes: readonly number[], { tokensPerEvent = 1 } = {}): ReturnType<typeof madeUpRecord> {
  let tokens = 0
  const outputAt = sizes.flatMap((size) => {
    tokens += size
    return Array<number>(Math.ceil(size / tokensPerEvent)).fill(100 + 10 * tokens)
  })
  return madeUpRecord({ outputAt: Float64Array.from(outputAt), outputTokens: tokens, requestedOutputTokens: tokens })
}

const ones = (count: number): number[] => Array<number>(count).fill(1)

// The share by which TPOT is too small is (k - 1) / (n - 1), where k tokens are in the first of p pieces.
test.for([
  ['two tokens, one by one: p = 2, 0/1', inPieces([1, 1]), true],
  ['two tokens at once: p = 1', inPieces([2]), false],
  [
    'three tokens in two events of one piece each: k = 1.5, 0.5/2 = 1/4',
    madeUpRecord({ outputTokens: 3, outputAt: Float64Array.of(1, 20) }),
    true,
  ],
  ['four tokens in two halves: k = 2, 1/3', inPieces([2, 2]), false],
  ['16 tokens, one by one', inPieces(ones(16)), true],
  [
    '16 tokens in fours, each one event (a stream interval of 4): p = 4, k = 4, 3/15 = 1/5',
    inPieces([4, 4, 4, 4], { tokensPerEvent: 4 }),
    true,
  ],
  ['16 tokens in fours, each four events in one read: the same', inPieces([4, 4, 4, 4]), true],
  ['16 tokens, the first alone, then in fours (vLLM)', inPieces([1, 4, 4, 4, 3], { tokensPerEvent: 4 }), true],
  ['16 tokens in two halves: p = 2, 7/15', inPieces([8, 8]), false],
  ['16 tokens, the first alone and all others at once: 0/15, but p = 2', inPieces([1, 15]), false],
  ['16 tokens, most in the first piece: p = 4, k = 13, 12/15', inPieces([13, 1, 1, 1]), false],
  ['16 tokens in one write', inPieces([16]), false],
  ['16 tokens in one event', inPieces([16], { tokensPerEvent: 16 }), false],
  ['16 tokens that nobody saw', madeUpRecord({ outputTokens: 16, outputAt: new Float64Array() }), false],
] as const)('%s', ([, record, isObserved]) => {
  expect(showsPace(record)).toBe(isObserved)
  expect(tpot.samples(record)).toHaveLength(isObserved ? 1 : 0)
  expect(itl.samples(record)).toHaveLength(isObserved ? record.outputAt.length - 1 : 0)
})

// 1000 events of 250 bytes are one write of a proxy, which comes in four reads of 64 KiB, 0.2 ms apart.
test('several reads of one write are one piece', () => {
  const outputAt = Float64Array.from({ length: 1000 }, (_, i) => 500 + 0.2 * Math.floor(i / 262))
  expect(showsPace(madeUpRecord({ outputAt, outputTokens: 1000 }))).toBe(false)
})

test('whatever is held back, an observed TPOT of a token an event is too small by at most a quarter', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }), (sizes) => {
      const [time] = tpot.samples(inPieces(sizes))
      // The server took 10 ms for each token.
      if (time !== undefined) expect(time).toBeGreaterThanOrEqual(7.5 - 1e-9)
      if (time !== undefined) expect(time).toBeLessThanOrEqual(10 + 1e-9)
    }),
  )
})

// Of 20 answers that can have a pace one came at once: 5 %, which is borne. The one token and the failure can have none.
test('a run counts the answers whose pace was not seen, and from more than 5 % on it is in doubt', () => {
  const paced = Array.from({ length: 19 }, () => inPieces(ones(16)))
  const others = [recordWithTtft(50), failedRecord()]
  const borne = [...paced, inPieces([16]), ...others]
  // 320 tokens at 19 x 16 moments and one more.
  const pace = { requests: 20, unobserved: 1, tokensAtOnce: expect.closeTo(320 / 305, 9) as number }
  expect(paceOf(borne)).toEqual(pace)
  const codes = (records: typeof borne): string[] => madeUpReport(records).doubts.map(({ code }) => code)
  expect(codes(borne)).not.toContain('buffered')
  expect(codes([...borne, inPieces([16])])).toContain('buffered')
  expect(madeUpCase([borne, others]).validity.pace).toEqual(pace)
})

test.for([
  ['four events in a read', inPieces([4, 4, 4, 4])],
  ['four tokens in an event', inPieces([4, 4, 4, 4], { tokensPerEvent: 4 })],
] as const)('%s: four tokens come at once, which is said', ([, record]) => {
  const pace = paceOf([record])
  expect(pace.tokensAtOnce).toBe(4)
  expect(severalTokens(pace)).toMatch(/^4\.0 tokens came at once/)
})
