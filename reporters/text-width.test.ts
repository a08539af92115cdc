import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pad, textWidth, truncate, wrap } from './text-width.ts'

test('wide characters take two cells, marks and escape sequences none', () => {
  expect(textWidth('abc')).toBe(3)
  expect(textWidth('漢字')).toBe(4)
  expect(textWidth('🚀')).toBe(2)
  expect(textWidth('e\u0301')).toBe(1)
  expect(textWidth('\u001b[31mred\u001b[39m')).toBe(3)
})

test('padding counts cells, not code units', () => {
  expect(pad('漢字', 6, 'left')).toBe('漢字  ')
  expect(pad('8', 3, 'right')).toBe('  8')
})

test('a wide character that does not fit is left out whole', () => {
  expect(truncate('漢字の幅', 4)).toBe('漢…')
  expect(truncate('漢字', 4)).toBe('漢字')
})

test('no wrapped line is wider than asked for, and no visible character is lost', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 8, max: 60 }), (text, width) => {
      const lines = wrap(text, width, '  ')
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
      expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    }),
  )
})
