import { expect, test } from 'vitest'
import { flyCanaries, type CanaryFlight, type Margins, type RecordedCase } from './canary.ts'

/** TTFT 50 to 149 ms, 20 ms a token, 100 tokens. */
function recorded(id: string, { requests = 100, trials = 1 } = {}): RecordedCase {
  const ttft = Array.from({ length: requests }, (_, i) => 50 + ((i * 37) % 100))
  const trial = { ttft, tpot: ttft.map(() => 20), e2eLatency: ttft.map((time) => time + 1980) }
  return {
    id,
    framework: id,
    requestRate: 8,
    trials: Array.from({ length: trials }, (_, i) => ({ seed: i, ...trial })),
  }
}

const scores = (flights: readonly CanaryFlight[]): string[] =>
  flights.map(({ says, results }) => `${says}: ${results.filter(({ isRight }) => isRight).length}/${results.length}`)

test('each fault is seen in each case, and nothing where nothing is', async () => {
  expect(scores(await flyCanaries([recorded('vllm'), recorded('lmdeploy', { trials: 3 })]))).toEqual([
    'nothing changed: 1/1',
    'TTFT twice as long: 2/2',
    'TPOT 10 % longer: 2/2',
    '2 % of the requests failed: 2/2',
    'the slowest 5 % of the requests lost from the record: 2/2',
    'no TPOT in the record: 2/2',
    'times in seconds: 2/2',
  ])
})

test.each<[fault: string, margins: Margins]>([
  ['TTFT twice as long', { 'TTFT typical': 1.5, 'TTFT tail': 1.5, 'E2E typical': 1.5 }],
  ['TPOT 10 % longer', { 'TPOT typical': 0.2, 'TPOT tail': 0.2, 'E2E typical': 0.2 }],
  ['2 % of the requests failed', { 'failed requests': 0.05 }],
])('%s is missed by a gate with margins as wide', async (fault, margins) => {
  const flight = (await flyCanaries([recorded('vllm')], margins)).find(({ says }) => says === fault)
  expect(flight?.results.map(({ isRight }) => isRight)).toEqual([false])
})

test('a case without a trial is an error', async () => {
  await expect(flyCanaries([{ ...recorded('vllm'), trials: [] }])).rejects.toMatchObject({ code: 'no-data' })
  await expect(flyCanaries([])).rejects.toMatchObject({ code: 'no-data' })
})
