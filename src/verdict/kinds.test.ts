import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { formatVerdicts } from '../case/failed-assertion.ts'
import { byCause, isImprovement, isServerLost } from './kinds.ts'
import { serverLost } from './make.ts'
import { madeUpGate } from './made-up-gate.testkit.ts'
import type { ObjectiveVerdict, ValidityVerdict } from './verdict.ts'

function objective(differences: Partial<ObjectiveVerdict>): ObjectiveVerdict {
  return {
    kind: 'objective',
    verdict: 'invalid',
    overruled: { by: 'invalid-run', was: 'pass' },
    metric: 'ttft',
    statistic: 'p99',
    bound: 'max',
    limit: 2,
    observed: 1,
    evidence: { is: 'point', failed: 0, requests: 3, neverAnswered: false, unseen: null },
    implied: false,
    explanation: null,
    ...differences,
  }
}

const LATE: ValidityVerdict = {
  kind: 'validity',
  verdict: 'invalid',
  overruled: null,
  reason: 'client-on-time',
  trial: null,
  observed: 50,
  limit: 5,
  facts: 'the client was late',
  about: null,
}
const LOST = serverLost('vllm exited')
const FAILURES = objective({ metric: 'errorRate', statistic: null, observed: 0.5, limit: 0 })
const KEPT = objective({ metric: 'errorRate', statistic: null, observed: 0.5, limit: 0.5 })

test('the server that was lost comes first, then failed requests, then the client, then what cannot be judged', () => {
  const ttft = objective({})
  expect(byCause([ttft, KEPT, LATE, FAILURES, LOST])).toEqual([LOST, FAILURES, LATE, ttft, KEPT])
})

test('only a lost server is lost: an invalid run without one may be the fault of anybody', () => {
  expect([LATE, FAILURES, LOST, objective({ observed: null })].filter(isServerLost)).toEqual([LOST])
})

// 12 % faster, at least 8 %, where 5 % slower is the margin
test('a gate is an improvement when it is faster beyond doubt and by more than its margin', () => {
  const faster = madeUpGate({ verdict: 'pass', estimate: -0.12, low: -0.16, high: -0.08 })
  expect(isImprovement(faster)).toBe(true)
  expect(isImprovement({ ...faster, high: 0.01 })).toBe(false)
  expect(isImprovement({ ...faster, estimate: -0.04 })).toBe(false)
  expect(isImprovement({ ...faster, failures: { candidate: 0, baseline: 60, requests: 500 } })).toBe(false)
})

// The engine is killed: one answer of three, and a client that was late with it.
test('the first line of an invalid run tells the crash before the lateness', () => {
  const run = madeUpReport([madeUpRecord(), failedRecord({ index: 1 }), failedRecord({ index: 2 })])
  const [first] = formatVerdicts(run, [LATE, LOST, FAILURES]).split('\n')
  expect(first).toBe(
    'vllm @ 8 req/s is invalid: vllm exited, 2 of 3 requests failed (connect: ECONNREFUSED 127.0.0.1:8000), the client was late',
  )
})
