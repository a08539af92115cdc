import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { OBJECTIVE_METRICS } from '../metrics/objective-metrics.ts'
import { STATISTICS } from '../metrics/statistic.ts'
import { parseSlo, printSlo } from './parse-slo.ts'
import type { Slo } from './slo.ts'

test('reads limits with and without units, however spaced', () => {
  expect(
    parseSlo('ttft.p99<400, tpot.p99 <= 100 ms,e2eLatency.p90<12s , errorRate<=0, requestThroughput>=4.5'),
  ).toEqual({
    ttft: { p99: 400 },
    tpot: { p99: 100 },
    e2eLatency: { p90: 12_000 },
    errorRate: { max: 0 },
    requestThroughput: { min: 4.5 },
  })
})

test('collects several limits of one metric', () => {
  expect(parseSlo('ttft.p50<100, goodput>1, ttft.p99<400, goodput<9')).toEqual({
    ttft: { p50: 100, p99: 400 },
    goodput: { min: 1, max: 9 },
  })
})

test('what is printed reads back as the same SLO', () => {
  const limit = fc.double({ min: 1e-6, max: 0.999, noNaN: true })
  const latency = fc.dictionary(fc.constantFrom(...STATISTICS), limit, { minKeys: 1 })
  const bounds = fc.dictionary(fc.constantFrom('min', 'max'), limit, { minKeys: 1 })
  const fields = OBJECTIVE_METRICS.map(({ id, kind }) => [id, kind === 'distribution' ? latency : bounds] as const)
  const slos = fc.record(Object.fromEntries(fields), { requiredKeys: [] }).filter((slo) => Object.keys(slo).length > 0)
  fc.assert(
    fc.property(slos, (slo) => {
      // fast-check makes objects without a prototype
      expect(parseSlo(printSlo(slo as Slo))).toEqual(structuredClone(slo))
    }),
  )
})

test('never throws anything but a BenchError that says where', () => {
  const token = fc.constantFrom(
    'ttft',
    '.',
    'p99',
    '<',
    '<=',
    '>=',
    '400',
    'ms',
    ',',
    ' ',
    'errorRate',
    'x',
    '-',
    '1e',
    '%',
  )
  fc.assert(
    fc.property(
      fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
      (text) => {
        try {
          parseSlo(text)
        } catch (error) {
          expect(error).toBeInstanceOf(BenchError)
          expect((error as BenchError).code).toBe('bad-slo')
        }
      },
    ),
  )
})

test('points at the place with a caret', () => {
  expect(messageOf('errorRate<=0, tttf.p99<400')).toBe(
    [
      'The SLO cannot be read: "tttf" is not a metric an SLO can speak of.',
      '',
      '  errorRate<=0, tttf.p99<400',
      '                ^',
      '',
      ' Did you mean "ttft"?',
    ].join('\n'),
  )
})

test.for([
  ['', 'expected a metric'],
  ['ttft.p99<400,', 'expected a metric'],
  ['ttft<400', 'ttft needs a statistic'],
  ['ttft.p98<400', '"p98" is not a statistic of ttft'],
  ['errorRate.p99<0', 'errorRate has no statistics'],
  ['ttft.p99', 'expected "<", "<=", ">" or ">="'],
  ['ttft.p99=400', 'expected "<", "<=", ">" or ">="'],
  ['ttft.p99>400', 'ttft can only have a maximum'],
  ['ttft.p99<-1', 'expected a number'],
  ['ttft.p99<400 us', 'expected "," or the end'],
  ['errorRate<=1%', 'expected "," or the end'],
  ['ttft.p99<400 tpot.p99<1', 'expected "," or the end'],
  ['ttft.p99<400, ttft.p99<300', 'ttft.p99 is limited twice'],
  ['errorRate<=1', 'No run could miss the limit 1 of errorRate'],
  ['ttft.p99<1e999', 'The limit of ttft.p99 is Infinity'],
] as const)('"%s" is refused: %s', ([text, message]) => {
  expect(messageOf(text)).toContain(message)
})

function messageOf(text: string): string {
  try {
    parseSlo(text)
  } catch (error) {
    if (error instanceof BenchError) return error.message
  }
  throw new Error(`"${text}" was read without an error.`)
}
