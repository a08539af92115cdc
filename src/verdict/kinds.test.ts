import { expect, test } from 'vitest'
import type { Verdict } from '../report.ts'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { byCause, isServerLost, SERVER_OBJECTIVE } from './by-cause.ts'
import { formatVerdicts } from './format-verdicts.ts'

function verdict(differences: Partial<Verdict>): Verdict {
  return {
    kind: 'slo',
    objective: 'ttft.p99 <= 400 ms',
    verdict: 'invalid',
    observed: 1,
    limit: 2,
    message: '',
    ...differences,
  }
}

const LATE = verdict({
  kind: 'validity',
  objective: 'client on time',
  observed: 50,
  limit: 5,
  message: 'the client was late',
})
const LOST = verdict({
  objective: SERVER_OBJECTIVE,
  verdict: 'fail',
  observed: null,
  limit: null,
  message: 'vllm exited',
})
const FAILURES = verdict({ objective: 'errorRate <= 0', observed: 0.5, limit: 0 })
const KEPT = verdict({ objective: 'errorRate <= 0.5', observed: 0.5, limit: 0.5 })

test('the server that was lost comes first, then failed requests, then the client, then what cannot be judged', () => {
  const ttft = verdict({})
  expect(byCause([ttft, KEPT, LATE, FAILURES, LOST])).toEqual([LOST, FAILURES, LATE, ttft, KEPT])
})

test('only a lost server is lost: an invalid run without one may be the fault of anybody', () => {
  expect([LATE, FAILURES, LOST, verdict({ objective: SERVER_OBJECTIVE })].filter(isServerLost)).toEqual([LOST])
})

// The engine is killed: one answer of three, and a client that was late with it.
test('the first line of an invalid run tells the crash before the lateness', () => {
  const run = madeUpReport([madeUpRecord(), failedRecord({ index: 1 }), failedRecord({ index: 2 })])
  const [first] = formatVerdicts(run, [LATE, LOST, FAILURES]).split('\n')
  expect(first).toBe(
    'vllm @ 8 req/s is invalid: vllm exited, 2 of 3 requests failed (connect: ECONNREFUSED 127.0.0.1:8000), the client was late',
  )
})
