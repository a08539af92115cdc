import { expect, test } from 'vitest'
import type { RequestRecord } from '../record.ts'
import { failedRecord, madeUpRecord } from '../metrics/records.testkit.ts'
import { duplicatedOutput, implausibleCount, noText } from './answers.ts'

function answer(events: number, outputTokens: number, differences: Partial<RequestRecord> = {}): RequestRecord {
  const outputAt = Float64Array.from({ length: events }, (_, i) => 100 + 10 * i)
  return madeUpRecord({ outputAt, outputTokens, ...differences })
}

const codes = (...records: RequestRecord[]): string[] =>
  [duplicatedOutput, noText].flatMap((doubt) => doubt({ records })).map(({ code }) => code)

test('counts that no request could hold are told with how many they are and an example', () => {
  const told = { disbelieved: '1000000000000000 completion tokens (1024 at most)' }
  expect(implausibleCount({ records: [madeUpRecord(told), madeUpRecord(), failedRecord(told)] })).toEqual([
    {
      code: 'implausible-count',
      message:
        'The server told 2 of 3 requests of more tokens than they can have, such as 1000000000000000 completion tokens (1024 at most): its count was not used.',
    },
  ])
})

// Two events and a tenth are spare: 18 for 16 tokens, 110 for 100.
test.for([
  ['twice the events', answer(32, 16), ['duplicated-output']],
  ['three events too many', answer(19, 16), ['duplicated-output']],
  ['a held back stop string, and a tool', answer(18, 16), []],
  ['a tenth of 100', answer(110, 100), []],
  ['more than a tenth of 100', answer(111, 100), ['duplicated-output']],
  ['a count of the fixed length', answer(32, 16, { outputTokensSource: 'fixed-length' }), ['duplicated-output']],
  ['several tokens an event', answer(4, 16), []],
  ['an own count of tokens', answer(32, 16, { outputTokensSource: 'retokenised' }), []],
  ['a failed answer', answer(32, 16, failedRecord()), []],
] as const)('output that is repeated: %s', ([, record, doubts]) => {
  expect(codes(record)).toEqual(doubts)
})

// A character takes up to four tokens, a byte each: an answer of so many may end inside its first one.
test.for([
  ['16 tokens of nothing', answer(0, 16), ['no-text']],
  ['four tokens, which may be half a character', answer(0, 4), []],
  ['an EOS token', answer(0, 1), []],
] as const)('tokens without text: %s', ([, record, doubts]) => {
  expect(codes(record)).toEqual(doubts)
})
