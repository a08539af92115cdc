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

test('made like others it is where its own bytes are, and not where theirs are', () => {
  const printable = fc.uint8Array({ min: 32, max: 126, minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(printable, printable, fc.nat(59), (bytes, patch, at) => {
      // Of the same length, and other where the patch lies.
      const others = bytes.slice()
      others.set(patch.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
      const first = new LiteralBytes(bytes)
      const second = new LiteralBytes(others, first)
      const third = new LiteralBytes(bytes, second)
      const isSame = Buffer.compare(bytes, others) === 0
      for (const [literal, own, differs] of [
        [first, bytes, others],
        [second, others, bytes],
        [third, bytes, others],
      ] as const) {
        expect(literal.isAt(own, 0, own.length)).toBe(true)
        expect(literal.isAt(differs, 0, differs.length)).toBe(isSame)
      }
    }),
  )
})

test('made like others of another length it shares nothing, and finds itself', () => {
  const like = new LiteralBytes(Buffer.from('data: {"id":"cmpl-9","object":"chunk"'))
  const bytes = Buffer.from('data: {"id":"cmpl-10","object":"chunk"')
  expect(new LiteralBytes(bytes, like).isAt(bytes, 0, bytes.length)).toBe(true)
})

test('zero has two forms as a number, and is not mistaken', () => {
  const literal = new LiteralBytes(new Uint8Array(8))
  expect(literal.isAt(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), 0, 8)).toBe(false)
})
