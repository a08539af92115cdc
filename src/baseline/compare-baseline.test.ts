import { expect, test } from 'vitest'
import { failedRecord, madeUpCase, madeUpRecord, recordWithTtft } from '../metrics/records.testkit.ts'
import type { RequestRecord } from '../record.ts'
import type { CaseReport } from '../report.ts'
import { baselineOf, pairWithBaseline, versionChange } from './compare-baseline.ts'
import { checkPairs } from './trial.ts'

const MACHINE = '1x A100'

type Change = (report: CaseReport) => CaseReport

/** Two trials of four requests whose two tokens come after `ttft` ms and 10 ms later; a trial's workload is named after its seed. */
function trials(ttft: number, change: Change = (report) => report): CaseReport {
  return change(
    twoTrials((dueAt) =>
      madeUpRecord({ dueAt, outputAt: Float64Array.of(dueAt + ttft, dueAt + ttft + 10), outputTokens: 2 }),
    ),
  )
}

function twoTrials(record: (dueAt: number) => RequestRecord): CaseReport {
  const records = [0, 1000, 2000, 3000].map(record)
  const report = madeUpCase([records, records])
  return { ...report, trials: report.trials.map((trial) => ({ ...trial, digest: `workload ${trial.trial}` })) }
}

const accepted = baselineOf(trials(100), MACHINE)

test('trials are paired with the accepted ones of the same seed, whatever the order and how many there are', () => {
  const run = trials(120)
  const more = { ...accepted, trials: [...accepted.trials.toReversed(), { ...accepted.trials[0]!, seed: 7 }] }
  const { baseline, candidate } = pairWithBaseline({ ...run, trials: run.trials.toReversed() }, more, MACHINE)
  expect(baseline.map(({ seed }) => seed)).toEqual([1, 0])
  expect(candidate.map(({ seed }) => seed)).toEqual([1, 0])
  expect(candidate[0]?.ttft).toEqual([120, 120, 120, 120].map((time) => expect.closeTo(time, 1)))
})

test.for<[string, Change, RegExp]>([
  ['model', (run) => ({ ...run, target: { ...run.target, model: 'qwen' } }), /the model is qwen and was llama/],
  ['variant', (run) => ({ ...run, target: { ...run.target, variant: 'awq' } }), /the variant is awq and was base/],
  [
    'framework',
    (run) => ({ ...run, target: { ...run.target, framework: 'sglang' } }),
    /the framework is sglang and was vllm/,
  ],
  [
    'kind of server, and with it the hardware',
    (run) => ({ ...run, target: { ...run.target, simulated: true } }),
    /the server is simulated and was real; the hardware is none and was 1x A100/,
  ],
  [
    'sampling',
    (run) => ({ ...run, target: { ...run.target, sampling: { temperature: 1 } } }),
    /the sampling is \{"temperature":1\} and was \{\}/,
  ],
  [
    'rate',
    (run) => ({ ...run, load: { ...run.load, requestRate: null } }),
    /the request rate is all at once and was 8/,
  ],
  ['cap', (run) => ({ ...run, load: { ...run.load, maxConcurrency: 4 } }), /the concurrency cap is 4 and was none/],
  ['number of requests', (run) => ({ ...run, load: { ...run.load, numPrompts: 5 } }), /requests is 5 and was 4/],
  [
    'length of the nonces',
    (run) => ({ ...run, load: { ...run.load, nonceTokens: 0 } }),
    /the nonce of each prompt is none and was 8 tokens/,
  ],
  [
    'workload',
    (run) => ({ ...run, trials: run.trials.map((trial) => ({ ...trial, digest: 'other' })) }),
    /the workload is other and was workload 0/,
  ],
  [
    'seed',
    (run) => ({ ...run, trials: run.trials.map((trial) => ({ ...trial, seed: trial.seed + 100 })) }),
    /a trial of seed 100, the baseline of 0, 1/,
  ],
])('another %s is refused, and named', ([, change, message]) => {
  expect(() => pairWithBaseline(trials(100, change), accepted, MACHINE)).toThrow(
    expect.objectContaining({ code: 'not-comparable', message: expect.stringMatching(message) }),
  )
})

test('another machine is refused', () => {
  expect(() => pairWithBaseline(trials(100), accepted, '1x H100')).toThrow(
    /the hardware is 1x H100 and was 1x A100\. .*`vitest bench -u`/,
  )
})

test('another version of the metrics is refused', () => {
  expect(() => pairWithBaseline(trials(100), { ...accepted, definitions: 0 }, MACHINE)).toThrow(
    /the version of the metrics is 2 and was 0/,
  )
})

test('another version of the framework is what a baseline is for', () => {
  const newer = trials(100, (run) => ({ ...run, target: { ...run.target, version: '0.5.0' } }))
  expect(pairWithBaseline(newer, accepted, MACHINE).candidate).toHaveLength(2)
})

// As the recipes of vLLM ask before 0.5 and from then on.
test('a new version may be asked by other fields for the same answers, and for no others', () => {
  const asked = (sampling: CaseReport['target']['sampling']) =>
    trials(100, (run) => ({ ...run, target: { ...run.target, sampling: { temperature: 0, ...sampling } } }))
  const before = baselineOf(asked({ best_of: 1, use_beam_search: false }), MACHINE)
  const now = asked({ stream_options: { include_usage: true } })
  expect(pairWithBaseline(now, before, MACHINE).candidate).toHaveLength(2)
  expect(() => pairWithBaseline(asked({ best_of: 2 }), before, MACHINE)).toThrow(/the sampling is .*"best_of":2/)
})

test('both versions are told where they differ', () => {
  const now = (version: string | null) => ({ target: { ...trials(100).target, version } })
  expect(versionChange(accepted, now('0.5.0'))).toBe('vllm 0.4.1 -> 0.5.0')
  expect(versionChange(accepted, now('0.4.1'))).toBeNull()
  expect(versionChange(accepted, now(null))).toBe('vllm 0.4.1 -> unknown version')
})

test('a simulated engine is as fast on any machine', () => {
  const simulated = trials(100, (run) => ({ ...run, target: { ...run.target, simulated: true } }))
  expect(pairWithBaseline(simulated, baselineOf(simulated, '1x A100'), '1x H100').candidate).toHaveLength(2)
})

test.for([
  ['this run', 0],
  ['the baseline', 1],
] as const)('where every request of %s failed there is nothing to compare', ([, side]) => {
  const failed = twoTrials((dueAt) => failedRecord({ dueAt }))
  const [now, before] = side === 0 ? [failed, trials(100)] : [trials(100), failed]
  const pairs = pairWithBaseline(now, baselineOf(before, MACHINE), MACHINE)
  expect(() => checkPairs('vllm', pairs)).toThrow(expect.objectContaining({ code: 'no-data' }))
})

test('without TPOT on one side there is nothing to compare either', () => {
  const oneToken = twoTrials((dueAt) => recordWithTtft(100, dueAt))
  expect(() => checkPairs('vllm', pairWithBaseline(oneToken, accepted, MACHINE))).toThrow(
    /tpot of trial 0: no request has it on both sides/,
  )
})

test('further trials of a case become a part of its baseline', () => {
  const { trials: further } = madeUpCase([[madeUpRecord()]], { trial: 2 })
  expect(baselineOf(trials(100), MACHINE, further).trials.map(({ seed }) => seed)).toEqual([0, 1, 2])
})
