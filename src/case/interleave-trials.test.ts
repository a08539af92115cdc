import { expect, test } from 'vitest'
import type { RecordedTrial } from '../baseline/recorded-trial.ts'
import { interleaveTrials, type SideTrial } from './interleave-trials.ts'

const recorded = ({ trial }: SideTrial): RecordedTrial => ({
  seed: trial,
  digest: `workload ${trial}`,

  ttft: [100],
  tpot: [10],
  e2eLatency: [200],
})

test('the order is A B B A over all rates, and a later stage goes on with its trials', async () => {
  const sent: string[] = []
  const send = async (one: SideTrial): Promise<RecordedTrial> => {
    sent.push(`${one.side[0]}${one.trial}@${one.requestRate}`)
    return recorded(one)
  }
  const first = await interleaveTrials(send, [1, 2], 1)
  expect(sent.join(' ')).toBe('b0@1 b0@2 c0@1 c0@2 c1@1 c1@2 b1@1 b1@2 b2@1 b2@2 c2@1 c2@2')
  expect(first.map((pairs) => pairs?.candidate.map(({ seed }) => seed))).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ])
  const [second] = await interleaveTrials(send, [1], 2)
  expect(second?.baseline.map(({ seed }) => seed)).toEqual([3, 4, 5, 6, 7])
})

test('a rate with a trial that stays invalid is given up there, and the others go on', async () => {
  const sent: number[] = []
  const pairs = await interleaveTrials(
    async (one) => {
      sent.push(one.requestRate)
      return one.requestRate === 2 && one.trial === 1 ? null : recorded(one)
    },
    [1, 2],
    1,
  )
  expect(pairs.map((each) => each?.baseline.length)).toEqual([3, undefined])
  // Two sides of the first trial, and the one that was invalid.
  expect(sent.filter((rate) => rate === 2)).toHaveLength(3)
})

test('the trials of a rate share their repeats within a stage, on both sides', async () => {
  const repeats = new Map<number, Set<unknown>>()
  await interleaveTrials(
    async (one) => {
      repeats.set(one.requestRate, (repeats.get(one.requestRate) ?? new Set()).add(one.repeats))
      return recorded(one)
    },
    [1, 2],
    1,
  )
  expect([...repeats.values()].map(({ size }) => size)).toEqual([1, 1])
  expect([...repeats.get(1)!][0]).not.toBe([...repeats.get(2)!][0])
})
