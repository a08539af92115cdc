import { describe, expect, test } from 'vitest'
import { HISTORY_SCHEMA, type HistoryEntry } from './history.ts'
import { caseHistories, changesOf, hasReplicates, versionValue } from './history-series.ts'

/** One entry for each version, a day apart, with a trial for each value of ttft.p50. */
function entries(versions: readonly (readonly [version: string, ...ttft: number[]])[]): HistoryEntry[] {
  return versions.map(([version, ...values], day) => ({
    schema: HISTORY_SCHEMA,
    case: 'chat > 8 req/s',
    source: 'vitest-llm-bench',
    framework: 'vllm',
    version,
    variant: 'base',
    model: 'm',
    simulated: false,
    requestRate: 8,
    digest: 'd',
    recordedAt: `2026-01-${String(day + 1).padStart(2, '0')}T00:00:00Z`,
    trials: values.map((value, seed) => ({
      seed,
      metrics: { 'ttft.p50': value, requestThroughput: 8000 / value, completed: 5000 / value, failed: value },
    })),
  }))
}

const STEADY = [100, 101, 99] as const
const SLOWER = [110, 111, 109] as const

describe('changes', () => {
  test('a step of 10 % in the middle, with 1 % of noise between trials, is found and is for the worse', () => {
    const [history] = caseHistories(
      entries([
        ['1', ...STEADY],
        ['2', ...STEADY],
        ['3', ...STEADY],
        ['4', ...SLOWER],
        ['5', ...SLOWER],
        ['6', ...SLOWER],
      ]),
    )
    const changes = changesOf(history!, 'ttft.p50')
    expect(changes).toMatchObject([{ index: 3, certainty: 'confirmed', direction: 'worse' }])
    expect(changes[0]!.before).toBeCloseTo(100, 0)
    expect(changes[0]!.after).toBeCloseTo(110, 0)
    // The same step is for the worse where more is better: throughput fell, and fewer requests completed.
    for (const metric of ['requestThroughput', 'completed', 'failed']) {
      expect(changesOf(history!, metric)).toMatchObject([{ index: 3, direction: 'worse' }])
    }
  })

  test('one that only the newest version shows is suspected', () => {
    const [history] = caseHistories(
      entries([
        ['1', ...STEADY],
        ['2', ...STEADY],
        ['3', ...STEADY],
        ['4', ...STEADY],
        ['5', 150, 151, 149],
      ]),
    )
    expect(changesOf(history!, 'ttft.p50')).toMatchObject([{ index: 4, certainty: 'suspected' }])
  })

  test('noise is no change, and neither are two versions', () => {
    const noise = caseHistories(
      entries([
        ['1', 100, 103, 98],
        ['2', 101, 99, 102],
        ['3', 98, 100, 101],
        ['4', 102, 101, 99],
      ]),
    )
    expect(changesOf(noise[0]!, 'ttft.p50')).toEqual([])
    expect(
      changesOf(
        caseHistories(
          entries([
            ['1', ...STEADY],
            ['2', ...SLOWER],
          ]),
        )[0]!,
        'ttft.p50',
      ),
    ).toEqual([])
  })

  test('a version without the metric is passed over, and the index still counts all versions', () => {
    const list = entries([
      ['1', ...STEADY],
      ['2', ...STEADY],
      ['gap', 1],
      ['3', ...STEADY],
      ['4', ...SLOWER],
      ['5', ...SLOWER],
      ['6', ...SLOWER],
    ])
    list[2]!.trials = [{ seed: 0, metrics: { 'tpot.p50': 1 } }]
    const [history] = caseHistories(list)
    expect(versionValue(history!.versions[2]!, 'ttft.p50')).toBeNull()
    expect(changesOf(history!, 'ttft.p50')).toMatchObject([{ index: 4 }])
  })
})

describe('what belongs to one history', () => {
  test('a version that was recorded twice has the trials of both', () => {
    const [first, second] = entries([
      ['1', 100],
      ['2', 101],
    ])
    const again = { ...first!, recordedAt: '2026-02-01T00:00:00Z' }
    const [history] = caseHistories([second!, again, first!])
    expect(history!.versions.map(({ version, trials }) => [version, trials.length])).toEqual([
      ['1', 2],
      ['2', 1],
    ])
    expect(hasReplicates(history!)).toBe(true)
  })

  test('a version that stands in a title goes on with the series', () => {
    const [first, second, third] = entries([
      ['0.4.1', 100],
      ['0.5.0', 101],
      ['0.6.0', 102],
    ])
    const titled = { ...first!, case: 'chat > vllm 0.4.1 > 8 req/s' }
    const histories = caseHistories([
      titled,
      { ...second!, case: 'chat > vllm 0.5.0 > 8 req/s' },
      { ...third!, case: 'chat > vllm > 8 req/s' },
      { ...titled, case: 'chat > vllm 0.4.1 awq > 8 req/s', variant: 'awq' },
    ])
    expect(histories.map((history) => [history.case, history.versions.map(({ version }) => version)])).toEqual([
      ['chat > vllm > 8 req/s', ['0.4.1', '0.5.0', '0.6.0']],
      ['chat > vllm awq > 8 req/s', ['0.4.1']],
    ])
  })

  test.each([
    ['another workload', { digest: 'other' }],
    ['another model', { model: 'other' }],
    ['another rate', { requestRate: 1 }],
    ['a simulated engine', { simulated: true }],
  ])('%s begins another', (_, difference) => {
    const [first, second] = entries([
      ['1', 100],
      ['2', 101],
    ])
    expect(caseHistories([first!, { ...second!, ...difference }])).toHaveLength(2)
  })

  test('where no version is known, the day stands for it', () => {
    const [first] = entries([['1', 100]])
    expect(caseHistories([{ ...first!, version: null }])[0]!.versions[0]!.version).toBe('2026-01-01')
  })
})
