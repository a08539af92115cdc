import { expect, test } from 'vitest'
import { assertionFailed, notCompared, serverLost, undecided } from './make.ts'
import { madeUpGate } from './made-up-gate.testkit.ts'
import { overrule, Verdict, type ObjectiveVerdict, type ValidityVerdict } from './verdict.ts'
import { describeVerdict, inWords } from './words.ts'

const TTFT: ObjectiveVerdict = {
  kind: 'objective',
  verdict: 'inconclusive',
  overruled: null,
  metric: 'ttft',
  statistic: 'p99',
  bound: 'max',
  limit: 400,
  observed: 380,
  evidence: {
    is: 'percentile',
    failed: 0,
    requests: 1000,
    neverAnswered: false,
    unseen: null,
    confidence: 0.95,
    over: 5,
    total: 1000,
    effectiveTotal: 1000,
    lower: 0.002,
    upper: 0.01048,
    growingQueue: null,
  },
  implied: false,
  explanation: null,
}
const OPEN =
  'ttft.p99 380.0 ms <= 400 ms: 5 of 1000 over: up to 1.048% may exceed it; about 1,150 requests would settle it at this rate'

const SLOWER = madeUpGate({
  verdict: 'fail',
  estimate: 0.118,
  low: 0.083,
  high: 0.154,
  fresh: true,
  holm: { adjusted: 0.00123, suspects: 1 },
  versionChange: 'vllm 0.4.1 -> 0.5.0',
})

const CLIENT: ValidityVerdict = {
  kind: 'validity',
  verdict: 'invalid',
  overruled: null,
  reason: 'client-error',
  trial: 2,
  observed: 20,
  limit: 19.95,
  facts: 'The client itself adds 20.00 ms.',
  about: { objective: 'ttft.p50', share: 0.05 },
}

const EACH: readonly [Verdict, objective: string, line: string][] = [
  [TTFT, 'ttft.p99 <= 400 ms', OPEN],
  [
    SLOWER,
    'TTFT typical no worse',
    'TTFT typical +11.8% (90% CI +8.3% to +15.4%, 5 fresh pairs, Holm p = 0.0012 among 1 suspect): slower, limit 5% (vllm 0.4.1 -> 0.5.0)',
  ],
  [undecided(), 'baseline', 'baseline: not decided: the run ended before'],
  [notCompared('The run was cut short.'), 'baseline', 'baseline: not compared: The run was cut short.'],
  [
    CLIENT,
    'client error <= 5.0 % of ttft.p50, trial 2',
    'client error <= 5.0 % of ttft.p50, trial 2: The client itself adds 20.00 ms.',
  ],
  [
    { kind: 'schedule', verdict: 'fail', overruled: null, of: 'sent rate', limit: 0.98, observed: 0.9 },
    'sent rate >= 0.98 of the schedule',
    'sent rate 0.9000, limit 0.98',
  ],
  [
    {
      kind: 'capacity',
      verdict: 'fail',
      overruled: null,
      min: 4,
      highestPass: 3,
      lowestFail: 4,
      tried: [
        { rate: 3, verdict: 'pass' },
        { rate: 4, verdict: 'fail' },
      ],
      told: null,
    },
    'capacity >= 4 req/s',
    'capacity between 3 req/s, which holds, and 4, which does not (2 rates tried); at least 4 were asked for',
  ],
  [serverLost('vllm exited with code 1\nlast words'), 'server', 'server: vllm exited with code 1'],
  [assertionFailed('expected 3 to be 4', 1), 'assertion', 'assertion: expected 3 to be 4'],
  [assertionFailed('expected 3 to be 4', 2), 'assertion 2', 'assertion 2: expected 3 to be 4'],
]

test.for(EACH)('%#: what was asked, and the facts in one line', ([verdict, objective, line]) => {
  expect(inWords(verdict).objective).toBe(objective)
  expect(describeVerdict(verdict)).toBe(line)
})

test('a verdict survives a file with its texts beside it, which are dropped', () => {
  for (const [verdict] of EACH) {
    const stored: unknown = JSON.parse(JSON.stringify({ ...verdict, ...inWords(verdict) }))
    expect(Verdict.parse(stored)).toEqual(verdict)
  }
})

test('whatever overrules a verdict, its facts stay those of its judge, and what overruled it is said', () => {
  const strict = overrule(TTFT, 'inconclusive-fails', 'fail')
  expect(strict).toMatchObject({ verdict: 'fail', overruled: { by: 'inconclusive-fails', was: 'inconclusive' } })
  expect(inWords(strict).message).toBe(`${OPEN}; inconclusive, which is set to fail`)

  const invalid = overrule(TTFT, 'invalid-run', 'invalid')
  expect([invalid.verdict, inWords(invalid).message]).toEqual(['invalid', OPEN])

  const excused = overrule(SLOWER, 'failure-expected', 'inconclusive')
  expect(inWords(excused).message).toBe(
    `${describeVerdict(SLOWER)} (The test passed all the same: it expects a failure, or caught this one.)`,
  )
  expect(inWords(overrule(CLIENT, 'not-asserted', 'inconclusive')).message).toBe(
    'The client itself adds 20.00 ms. (The test passed all the same: it has no objective that judges this run.)',
  )
})

test('where the time of a broken TTFT went ends the first line, and its slowest requests follow', () => {
  const explained = {
    ...TTFT,
    explanation: { shares: 'of the mean TTFT 71 % server queue', slowest: ['slowest', '  request 9'] },
  }
  expect(inWords(overrule(explained, 'inconclusive-fails', 'fail')).message).toBe(
    `${OPEN}; inconclusive, which is set to fail; of the mean TTFT 71 % server queue\nslowest\n  request 9`,
  )
})

test('a verdict of an older report keeps its words', () => {
  const message = 'ttft.p99 380.0 ms <= 400 ms: 0 of 20 over'
  expect(inWords({ ...TTFT, evidence: { is: 'told', message } })).toEqual({
    objective: 'ttft.p99 <= 400 ms',
    observed: 380,
    limit: 400,
    message,
  })
})
