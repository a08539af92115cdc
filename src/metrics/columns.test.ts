import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestColumns } from '../report.ts'
import { decodeRequests, encodeRequests, timeCode, timeOfCode } from './columns.ts'
import { failedRecord, madeUpRecord } from './records.testkit.ts'

const FIVE_YEARS_MS = 5 * 365 * 24 * 3600 * 1000

test('a decoded time is within 0.025 % of the encoded one', () => {
  fc.assert(
    fc.property(fc.double({ min: Math.log(0.001), max: Math.log(FIVE_YEARS_MS), noNaN: true }), (log) => {
      const ms = Math.exp(log)
      const decoded = timeOfCode(timeCode(ms))
      // exp(0.00025) - 1 = 0.02500313 %: half a step up is a hair more than half a step down
      expect(Math.abs((decoded ?? NaN) / ms - 1)).toBeLessThanOrEqual(0.000_250_04)
    }),
    { numRuns: 1000 },
  )
})

// ln(1 ms / 0.001 ms) / 0.0005 = 13815.5
test('codes count half-permilles from a microsecond', () => {
  expect(timeCode(0.001)).toBe(0)
  expect(timeCode(1)).toBe(13_816)
  expect(timeCode(0)).toBe(0)
  expect(timeCode(null)).toBe(65_535)
  expect(timeOfCode(65_535)).toBeNull()
})

test('the longest time is not taken for an absent one', () => {
  expect(timeOfCode(timeCode(Number.MAX_VALUE))).toBeGreaterThan(FIVE_YEARS_MS)
})

test('requests come back in order, the failed ones without latencies', () => {
  const records = [
    madeUpRecord(),
    failedRecord({ dueAt: 250.125, sentAt: null }),
    madeUpRecord({ dueAt: 500, outputTokens: 1 }),
  ]
  const columns = encodeRequests(records)
  expect(RequestColumns.safeParse(columns).success).toBe(true)
  expect(decodeRequests(columns)).toEqual({
    count: 3,
    dueAt: [0, 250.125, 500],
    lateness: [0.001, null, 0.001],
    ttft: [expect.closeTo(100, 1), null, expect.closeTo(100, 1)],
    tpot: [expect.closeTo(10, 2), null, null],
    e2eLatency: [expect.closeTo(140, 1), null, expect.closeTo(140, 1)],
    promptTokens: [7, 7, 7],
    outputTokens: [5, null, 1],
    failures: [{ index: 1, kind: 'connect' }],
  })
})

// due at 0, first output at 258.25 = 0x4070240000000000 as float64: little endian puts 40 last
test('columns are little endian', () => {
  expect(Buffer.from(encodeRequests([madeUpRecord({ dueAt: 258.25 })]).dueAt, 'base64').toString('hex')).toBe(
    '0000000000247040',
  )
  expect(Buffer.from(encodeRequests([madeUpRecord()]).promptTokens, 'base64').toString('hex')).toBe('0700')
})

test.each([65_534, 65_535, 4_294_967_294])('a count of %i and an unknown one come back', (outputTokens) => {
  const columns = encodeRequests([madeUpRecord({ outputTokens }), failedRecord()])
  expect(decodeRequests(columns).outputTokens).toEqual([outputTokens, null])
})

test('counts of four bytes where two would do, as reports had them, are read', () => {
  const wide = Buffer.from(Uint32Array.of(7, 4_294_967_295).buffer).toString('base64')
  const columns = encodeRequests([madeUpRecord(), madeUpRecord()])
  expect(decodeRequests({ ...columns, promptTokens: wide }).promptTokens).toEqual([7, null])
})

test('a column of another length than the count is an error', () => {
  const columns = encodeRequests([madeUpRecord(), madeUpRecord()])
  expect(() => decodeRequests({ ...columns, ttft: 'AAA=' })).toThrow('Column "ttft" of the report holds 2 bytes')
})

// 65 534 is the last count of two bytes, 4 294 967 294 the last of four: one more would read as unknown.
test.for([0, 65_534, 65_535, 65_536, 4_294_967_294])(
  'a count of %d is not taken for an unknown one',
  (outputTokens) => {
    expect(decodeRequests(encodeRequests([madeUpRecord({ outputTokens })])).outputTokens).toEqual([outputTokens])
  },
)

test.for([4_294_967_295, 1e15, -1, 0.5, NaN])('a count of %d is refused, and its request is named', (promptTokens) => {
  const records = [madeUpRecord(), madeUpRecord({ promptTokens })]
  expect(() => encodeRequests(records)).toThrow(`promptTokens of request 1 is ${promptTokens}`)
})

test('a time that is none is refused: it would read as the shortest', () => {
  expect(() => encodeRequests([madeUpRecord({ sentAt: NaN })])).toThrow('A time of request 0 is NaN')
})
