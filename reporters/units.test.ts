import { expect, test } from 'vitest'
import { formatElapsed, formatFixed, formatMs, formatShare, formatTokenRate } from './units.ts'

test.each([
  { name: 'a fraction of a millisecond', ms: 0.4234, text: '0.42 ms' },
  { name: 'tens', ms: 60.42, text: '60.4 ms' },
  { name: 'hundreds', ms: 370.85, text: '371 ms' },
  { name: 'just below a second', ms: 999.4, text: '999 ms' },
  { name: 'above a second', ms: 1240, text: '1.24 s' },
  { name: 'many seconds', ms: 53_385.48, text: '53.4 s' },
  { name: 'minutes stay seconds, as in the study', ms: 218_210, text: '218 s' },
  { name: 'nothing measured', ms: null, text: '–' },
])('a span shows three digits and its unit: $name', ({ ms, text }) => {
  expect(formatMs(ms)).toBe(text)
})

test('a running time reads like a clock', () => {
  expect([7_400, 64_000, 7_380_000].map(formatElapsed)).toEqual(['7s', '1m 04s', '2h 03m'])
})

test('rates, shares and absent numbers have one spelling', () => {
  expect([formatTokenRate(915.52), formatTokenRate(1302.89)]).toEqual(['915.5 tok/s', '1303 tok/s'])
  expect([formatShare(1), formatShare(0.9876)]).toEqual(['100 %', '98.8 %'])
  expect([formatFixed(1.005, 1), formatFixed(null, 1)]).toEqual(['1.0', '–'])
})
