import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METRICS_TABLES } from '../frameworks/catalog.ts'
import { parseMetricsText, readLabel } from './metrics-text.ts'
import { SGLANG, VLLM_MAIN } from '../telemetry/pages.testkit.ts'
import { readPage } from '../telemetry/read-page.ts'

const only = (line: string) => [...parseMetricsText(line)]

test.each([
  { reads: 'a bare sample', line: 'up 1', name: 'up', labels: '', value: 1 },
  { reads: 'a tab between name and value', line: 'sum\t2.5', name: 'sum', labels: '', value: 2.5 },
  { reads: 'labels', line: 'a{b="c",d="e"} 3', name: 'a', labels: 'b="c",d="e"', value: 3 },
  { reads: 'labels without quotes', line: 'a{size=1}\t4', name: 'a', labels: 'size=1', value: 4 },
  { reads: 'a brace inside a label', line: 'a{b="}"} 5', name: 'a', labels: 'b="}"', value: 5 },
  { reads: 'an escaped quote inside a label', line: 'a{b="\\"}"} 6', name: 'a', labels: 'b="\\"}"', value: 6 },
  { reads: 'a time stamp behind the value', line: 'a 7 1395066363000', name: 'a', labels: '', value: 7 },
  { reads: 'an exemplar', line: 'a_total 8 # {id="x"} 0.1', name: 'a_total', labels: '', value: 8 },
  { reads: 'an exponent', line: 'a 1.2e+03\r', name: 'a', labels: '', value: 1200 },
])('reads $reads', ({ line, name, labels, value }) => {
  const [[foundName, samples] = []] = only(line)
  expect(foundName).toBe(name)
  expect(samples).toMatchObject([{ labels, value }])
})

test.each(['', '# TYPE a counter', '# EOF', 'a', 'a NaN', 'a +Inf', 'a{b="c} 1', '{} 1', '<html> <body>', 'a{b="c"}'])(
  'skips %j',
  (line) => {
    expect(only(line)).toEqual([])
  },
)

test('a label is found by its whole name, and unescaped', () => {
  const labels = 'handle="no",le="+Inf",path="C:\\\\x\\n\\"y\\""'
  expect(readLabel(labels, 'le')).toBe('+Inf')
  expect(readLabel(labels, 'path')).toBe('C:\\x\n"y"')
  expect(readLabel(labels, 'and')).toBeNull()
  expect(readLabel('batch_size=12', 'batch_size')).toBe('12')
})

test('whatever a server answers, reading it never throws, and tells only numbers', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(...VLLM_MAIN.split('\n'), ...SGLANG.split('\n')),
    fc.constantFrom(
      '\u0000',
      '\ud800',
      '\u{1f4a5}',
      '{',
      '}',
      '"',
      '\\',
      ' ',
      '\n',
      'le="',
      '_bucket',
      '[',
      '[]',
      '[{}]',
      'vllm:num_requests_waiting ',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const reading = readPage(pieces.join(''), METRICS_TABLES)
      if (reading === null) return
      for (const value of Object.values(reading.levels)) expect(value === null || value >= 0).toBe(true)
      reading.histograms()
    }),
    { numRuns: 300 },
  )
})

test('the time to read grows with the text and no faster, even where no line is one', () => {
  const hostile = ['a{b="', '"', '\\', 'a{', ' ', ']', '\t'].map((piece) => piece.repeat(1_000_000 / piece.length))
  for (const text of hostile) expect(only(text)).toEqual([])
  // Lines that fit below the bound, each as bad as it can be.
  for (const piece of ['a{"\\', 'a{b="', '{}', 'a ']) {
    const line = piece.repeat(Math.floor(16_000 / piece.length))
    expect(only(`${line}\n`.repeat(20)).length).toBeLessThanOrEqual(1)
  }
})
