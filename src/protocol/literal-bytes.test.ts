import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LiteralBytes } from './literal-bytes.ts'

test('it is where its bytes are, wherever they lie in memory, and nowhere else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ min: 1, maxLength: 40 }),
      fc.nat(9),
      fc.nat(9),
      fc.nat(39),
      fc.integer({ min: 1, max: 255 }),
      (bytes, before, offset, spoilt, by) => {
        const memory = new Uint8Array(offset + before + bytes.length + 3)
        const lent = memory.subarray(offset)
        lent.set(bytes, before)
        const literal = new LiteralBytes(bytes)
        const end = before + bytes.length
        // Eight bytes that make a NaN are never found: that costs time, not truth.
        const doubles = bytes.slice(0, bytes.length - (bytes.length % 8))
        const hasNaN = new Float64Array(doubles.buffer).some(Number.isNaN)
        expect(literal.isAt(lent, before, end)).toBe(!hasNaN)
        if (bytes.length === 0) return
        expect(literal.isAt(lent, before, end - 1)).toBe(false)
        lent[before + (spoilt % bytes.length)]! ^= by
        expect(literal.isAt(lent, before, end)).toBe(false)
      },
    ),
  )
})

test('zero has two forms as a number, and is not mistaken', () => {
  const literal = new LiteralBytes(new Uint8Array(8))
  expect(literal.isAt(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), 0, 8)).toBe(false)
})
