import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readBaseline } from '../../baseline/baseline-file.ts'
import { pairWithBaseline } from '../../baseline/compare-baseline.ts'
import { checkPairs } from '../../baseline/trial.ts'
import { BenchReport, type CaseReport } from '../../report.ts'
import { caseVerdict } from '../../verdict/case-verdict.ts'
import type { Verdict } from '../../verdict/verdict.ts'
import { inWords } from '../../verdict/words.ts'
import { readReport } from '../read-report.ts'
import type { OldRun, OldVerdict } from './schema.ts'
import { upgradeReport } from './upgrade-report.ts'
import { upgradeVerdict } from './upgrade-verdict.ts'

/** Both were written by the last commit before a case held its trials. */
const REPORT = 'fixtures/report-1/report.json'
const BASELINE = 'fixtures/report-1/baseline.json'

const old: { readonly runs: readonly OldRun[] } = JSON.parse(readFileSync(REPORT, 'utf8'))
const upgraded = readReport(REPORT)
const caseOf = (name: string): CaseReport => upgraded.cases.find((one) => one.case.startsWith(name))!

test('the runs of an old report are the trials of its cases', () => {
  expect(upgraded.cases.map(({ case: name, trials }) => [name.split(' > ')[0], trials.length])).toEqual([
    ['vllm 0.4.1', 1],
    ['vllm 0.4.1', 1],
    ['green', 3],
    ['own', 1],
    ['red', 1],
  ])
  expect(caseOf('green').trials.map(({ trial, seed }) => [trial, seed])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
  expect(upgraded.failedCases).toEqual([{ case: 'broken', framework: null, message: 'There is no such file.' }])
  expect(BenchReport.parse(JSON.parse(JSON.stringify(upgraded)))).toEqual(upgraded)
})

test('each trial keeps its numbers, and a case of one trial has the same', () => {
  const trials = upgraded.cases.flatMap((one) => one.trials)
  expect(trials.map(({ metrics }) => metrics)).toEqual(old.runs.map(({ metrics }) => metrics))
  const red = caseOf('red')
  expect(red.metrics).toEqual(red.trials[0]?.metrics)
})

// 40 requests in each of 3 trials; the median of the 120 in the table that the old code printed: 30.9 ms.
test('a case of several trials has what their columns hold, which is no ITL', () => {
  const { metrics, validity } = caseOf('green')
  expect(metrics).toMatchObject({ completed: 120, failed: 0, inputTokens: 7680, outputTokens: 960, itl: null })
  expect(metrics.ttft?.p50).toBeCloseTo(30.9, 1)
  expect(metrics.requestThroughput).toBeCloseTo(4.03, 2)
  expect(validity.sentShare).toBe(1)
})

test('the verdicts say what they said', () => {
  const said = (verdicts: readonly Pick<OldVerdict, 'objective' | 'verdict' | 'observed' | 'limit' | 'message'>[]) =>
    verdicts.map(({ objective, verdict, observed, limit, message }) => [objective, verdict, observed, limit, message])
  const now = upgraded.cases.flatMap(({ verdicts }) => verdicts)
  expect(said(now.map((verdict) => ({ ...inWords(verdict), verdict: verdict.verdict })))).toEqual(
    said(old.runs.flatMap(({ verdicts }) => verdicts)),
  )
  expect(caseOf('red').verdicts.map(({ kind }) => kind)).toEqual(['objective', 'objective', 'objective'])
  expect(caseOf('own').verdicts.map(({ kind }) => kind)).toEqual(['schedule', 'schedule', 'schedule', 'assertion'])
  expect(new Set(caseOf('green').verdicts.map(({ kind }) => kind))).toEqual(new Set(['objective', 'baseline']))
  expect(upgraded.cases.map(caseVerdict)).toEqual(['unjudged', 'pass', 'pass', 'fail', 'fail'])
})

test('what all trials doubt is said once', () => {
  expect(caseOf('green').doubts.map(({ code, trial }) => [code, trial])).toContainEqual(['simulated', null])
})

test('an upgraded trial is held against the baseline that was recorded with it, and nothing has changed', () => {
  const baseline = readBaseline(BASELINE)!
  const { baseline: accepted, candidate } = pairWithBaseline(caseOf('green'), baseline, 'any machine')
  expect(checkPairs('green', { baseline: accepted, candidate })).toHaveLength(3)
  expect(candidate).toEqual(accepted)
})

const told = { observed: 3, limit: 4, message: 'what was told' }
test.each<[string, Omit<OldVerdict, keyof typeof told>, Partial<Verdict>]>([
  ['a lost server', { kind: 'slo', objective: 'server', verdict: 'fail' }, { kind: 'server', facts: told.message }],
  [
    'a second assertion that was passed over',
    { kind: 'slo', objective: 'assertion 2', verdict: 'inconclusive' },
    { kind: 'assertion', number: 2, verdict: 'inconclusive' },
  ],
  ['a capacity', { kind: 'slo', objective: 'capacity', verdict: 'pass' }, { kind: 'capacity', told: told.message }],
  [
    'a baseline that waited',
    { kind: 'baseline', objective: 'baseline', verdict: 'inconclusive' },
    { kind: 'baseline', state: { is: 'undecided' } },
  ],
  [
    'a client that erred',
    { kind: 'validity', objective: 'client error <= 5.0 % of ttft.p99', verdict: 'invalid' },
    { kind: 'validity', reason: 'client-error', trial: 1, about: { objective: 'ttft.p99', share: 0.05 } },
  ],
  [
    'trials that are missing',
    { kind: 'validity', objective: 'all trials', verdict: 'invalid' },
    { kind: 'validity', reason: 'all-trials', trial: null },
  ],
  [
    'an objective of no metric',
    { kind: 'slo', objective: 'joy >= 9', verdict: 'fail' },
    { kind: 'assertion', facts: 'joy >= 9: what was told' },
  ],
])('%s', (_, verdict, expected) => {
  expect(upgradeVerdict({ ...verdict, ...told }, 1)).toMatchObject({ verdict: verdict.verdict, ...expected })
})

test('a report that is cut is told by its field', () => {
  expect(() => upgradeReport({ schema: 'vitest-llm-bench/report@1', runs: [{}], failedCases: [] })).toThrow(/runs/)
})
