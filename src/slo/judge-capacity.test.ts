import { expect, test } from 'vitest'
import { inWords } from '../verdict/words.ts'
import { judgeCapacity } from './judge-capacity.ts'
import type { Capacity, RateVerdict } from './search-capacity.ts'

function capacity(highestPass: number | null, lowestFail: number | null, open: readonly number[] = []): Capacity {
  const rows: (readonly [number | null, RateVerdict])[] = [
    [highestPass, 'pass'],
    ...open.map((rate) => [rate, 'inconclusive'] as const),
    [lowestFail, 'fail'],
  ]
  const tried = rows.flatMap(([rate, verdict]) => (rate === null ? [] : [{ rate, verdict }]))
  return { highestPass, lowestFail, tried }
}

test.for([
  [
    'both ends found',
    capacity(3, 4),
    undefined,
    'pass',
    /between 3 req\/s, which holds, and 4, which does not \(2 rates/,
  ],
  [
    'what is open between is told',
    capacity(3, 4, [3.5]),
    undefined,
    'pass',
    /; 1 of the rates tried could not be settled/,
  ],
  ['no upper end', capacity(64, null), undefined, 'inconclusive', /at least 64 req\/s and not bounded/],
  ['no lower end', capacity(null, 2), undefined, 'fail', /below 2 req\/s: no rate was shown to hold, down to 2 req\/s/],
  ['no lower end, but open rates', capacity(null, 2, [1, 0.5]), undefined, 'inconclusive', /down to 0\.5 .*; 2 of/],
  ['nothing', capacity(null, null, [1, 0.5]), undefined, 'inconclusive', /capacity unknown: no rate was shown/],
  ['min below the lower end needs no upper one', capacity(64, null), 50, 'pass', /at least 64/],
  ['min at the lower end', capacity(3, 4), 3, 'pass', /between 3/],
  ['min between the ends', capacity(3, 4), 3.5, 'inconclusive', /at least 3\.5 were asked for/],
  ['min at the upper end', capacity(3, 4), 4, 'fail', /at least 4 were asked for/],
  ['min, and no upper end', capacity(3, null), 4, 'inconclusive', /not bounded/],
] as const)('%s', ([, found, min, verdict, message]) => {
  const judged = judgeCapacity(found, min)
  expect(judged.verdict).toBe(verdict)
  expect(inWords(judged)).toEqual({
    objective: min === undefined ? 'capacity' : `capacity >= ${min} req/s`,
    observed: found.highestPass,
    limit: min ?? null,
    message: expect.stringMatching(message),
  })
})
