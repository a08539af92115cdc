import { expect, test } from 'vitest'
import { COLUMNS } from '../columns.ts'
import type { CaseReport } from '../../src/report.ts'
import { invalid, report } from '../sample-reports.testkit.ts'
import { bestValues } from './best-values.ts'
import { madeUpCase, type MadeUpCase } from './measured-report.testkit.ts'
import { pageModel } from './page-model.ts'

/** Which targets are best at the median TTFT, and how surely. */
function bestMedians(...cases: MadeUpCase[]): Record<string, string> {
  return bestMediansOf(cases.map(madeUpCase))
}

function bestMediansOf(cases: CaseReport[]): Record<string, string> {
  const model = pageModel(report(cases))
  const column = COLUMNS.find(({ id }) => id === 'ttft.p50')
  const best = bestValues(model)
  return Object.fromEntries(
    model.cases.flatMap((row) => {
      const mark = column === undefined ? null : best.of(row, column)
      return mark === null ? [] : [[model.label(row), mark]]
    }),
  )
}

const around = (ms: number): number[] => Array.from({ length: 40 }, (_, i) => ms + i)

test('the lowest latency of a load is best: clearly where the intervals lie apart', () => {
  expect(bestMedians({ ttft: around(100) }, { framework: 'tgi', ttft: around(200) })).toEqual({
    'vllm 0.4.1 base, 8 req/s': 'clear',
  })
  // Medians 119.5 and 120.5 of spreads of 40 ms: chance moves them by more.
  expect(bestMedians({ ttft: around(100) }, { framework: 'tgi', ttft: around(101) })).toEqual({
    'vllm 0.4.1 base, 8 req/s': 'close',
  })
})

test('equal values, a single target, another load and a run that is not valid have no best', () => {
  expect(bestMedians({}, { framework: 'tgi' })).toEqual({})
  expect(bestMedians({})).toEqual({})
  expect(bestMedians({ requestRate: 1 }, { framework: 'tgi', requestRate: 2, ttft: around(1) })).toEqual({})
  expect(bestMedians({ ttft: around(1), verdicts: [invalid('late')] }, { framework: 'tgi' })).toEqual({})
})

test('a warm cache takes the star away: another may have computed what this one knew', () => {
  const rival = madeUpCase({ framework: 'tgi', ttft: around(200) })
  const third = madeUpCase({ framework: 'sglang', ttft: around(300) })
  const fast = madeUpCase({ ttft: around(100) })
  const message = '82.0 % of the prompt tokens came from the cache'
  const warm = { ...fast, doubts: [{ code: 'warm-cache' as const, message, trial: null }] }
  expect(bestMediansOf([warm, rival, third])).toEqual({ 'tgi 0.4.1 base, 8 req/s': 'clear' })
  expect(bestMediansOf([fast, rival, third])).toEqual({ 'vllm 0.4.1 base, 8 req/s': 'clear' })
})
