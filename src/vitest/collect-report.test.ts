import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { toldByVerdict } from '../case/told-by-verdict.ts'
import { madeUpReport, madeUpRecord } from '../metrics/records.testkit.ts'
import type { CaseReport } from '../report.ts'
import { undecided } from '../verdict/make.ts'
import type { BaselineVerdict, ObjectiveVerdict, ValidityVerdict, Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'
import { collectReport } from './collect-report.ts'
import { markTold } from './told-failure.ts'
import type { ServingMeta } from './types.ts'

interface Outcome {
  readonly state: 'passed' | 'failed'
  readonly errors?: readonly Error[]
}

/** A bench file as Vitest hands it to reporters: one test, which carries `meta`. */
function moduleOf(meta: ServingMeta, { state, errors = [] }: Outcome = { state: 'passed' }): TestModule {
  const test = { meta: () => ({ serving: meta }), result: () => ({ state, errors: errors.map(markTold) }) }
  const children = { allTests: () => [test], allSuites: () => [] }
  return { children, meta: () => ({}), errors: () => [] } as unknown as TestModule
}

function collected(meta: ServingMeta, outcome?: Outcome): CaseReport[] {
  return collectReport([moduleOf(meta, outcome)], [], 'passed').cases
}

const report = (verdicts: Verdict[] = []): CaseReport => ({ ...madeUpReport([madeUpRecord()]), verdicts })
const said = (cases: readonly CaseReport[]): string[] =>
  cases.flatMap(({ verdicts }) => verdicts.map((verdict) => `${verdict.verdict}: ${inWords(verdict).message}`))

const ACCEPTED: BaselineVerdict = {
  kind: 'baseline',
  verdict: 'pass',
  overruled: null,
  state: { is: 'accepted', trials: 13, file: 'a.json', failed: 0, requests: 40 },
}

const LATE: ValidityVerdict = {
  kind: 'validity',
  reason: 'client-on-time',
  verdict: 'invalid',
  overruled: null,
  trial: null,
  observed: 9,
  limit: 5,
  facts: 'The client was late.',
  about: null,
}

const BROKEN: ObjectiveVerdict = {
  kind: 'objective',
  metric: 'ttft',
  statistic: 'p50',
  bound: 'max',
  limit: 5,
  observed: 9,
  verdict: 'fail',
  overruled: null,
  evidence: { is: 'told', message: 'ttft.p50 9 ms > 5 ms' },
  implied: false,
  explanation: null,
}

test('what the end of a file decided, and doubted, stands in the case that waited for it', () => {
  const waiting = report()
  const doubt = { code: 'repeated', message: 'trial 4 was invalid and was repeated', trial: null } as const
  const meta = { cases: [{ attempt: 0, report: waiting }], waiting: [waiting.case] }
  const settled = { case: waiting.case, verdicts: [ACCEPTED], doubts: [doubt] }
  expect(collected({ ...meta, settled: [settled] })).toEqual([
    { ...waiting, verdicts: [ACCEPTED], doubts: [...waiting.doubts, doubt] },
  ])
  // The test itself passed: it is the end of the file that fails.
  const slower = [BROKEN]
  expect(collected({ ...meta, settled: [{ ...settled, verdicts: slower }] })[0]?.verdicts).toEqual(slower)
  // A run that ends before has not passed, and nobody else's decision is taken for its own.
  const open = [{ ...waiting, verdicts: [undecided()] }]
  expect(collected(meta)).toEqual(open)
  expect(collected({ ...meta, settled: [{ ...settled, case: 'other' }] })).toEqual(open)
  // A case that was never compared gets nothing.
  expect(collected({ cases: meta.cases, settled: [settled] })).toEqual([waiting])
})

test('of an invalid run in a test that passed the report says whether anything judged it', () => {
  const told = (...verdicts: Verdict[]): string[] =>
    said(collected({ cases: [{ attempt: 0, report: report(verdicts) }] }))
  expect(told(LATE)).toEqual([
    'inconclusive: The client was late. (The test passed all the same: it has no objective that judges this run.)',
  ])
  const caught = '(The test passed all the same: it expects a failure, or caught this one.)'
  expect(told(BROKEN, LATE)).toEqual([
    `inconclusive: ttft.p50 9 ms > 5 ms ${caught}`,
    `inconclusive: The client was late. ${caught}`,
  ])
})

test('a failure that verdicts tell is not listed again; any other becomes a verdict of the last case of the last attempt', () => {
  const cases = [
    { attempt: 0, report: report() },
    { attempt: 1, report: report([BROKEN]) },
    { attempt: 1, report: report() },
  ]
  const errors = [toldByVerdict(new Error('ttft.p50 9 ms > 5 ms')), new Error('no such tool')]
  expect(collected({ cases }, { state: 'failed', errors }).map(({ verdicts }) => verdicts.length)).toEqual([1, 1])
  expect(said(collected({ cases }, { state: 'failed', errors }))).toEqual([
    'fail: ttft.p50 9 ms > 5 ms',
    'fail: no such tool',
  ])
})
