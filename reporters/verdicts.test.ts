import { expect, test } from 'vitest'
import { gateVerdict } from '../src/baseline/gate-verdict.ts'
import type { Verdict } from '../src/report.ts'
import { renderJunit } from './junit.ts'
import { poolCases } from './pool-cases.ts'
import { report, sampleRun, studyReport, verdict } from './sample-reports.testkit.ts'
import { caseVerdict, describeVerdict, doubtOn, summarize, summarizeGates, violations } from './verdicts.ts'

test('the worst verdict speaks for the case, and a run that is invalid neither passes nor fails', () => {
  const words = ['pass', 'inconclusive', 'fail', 'invalid'] as const
  const worst = words.map((_, i) =>
    caseVerdict(sampleRun({ verdicts: words.slice(0, i + 1).map((word) => verdict(word, `${word} a`, 1, 1, '')) })),
  )
  expect(worst).toEqual(words)
  expect(caseVerdict(sampleRun({ verdicts: [] }))).toBe('unjudged')
})

test('a run whose server was lost has failed, and says so before anything that follows from it', () => {
  const lost = verdict('fail', 'server', null, null, 'vllm was ended by SIGKILL')
  const cut = { ...verdict('invalid', 'complete run', null, null, 'cut short'), kind: 'validity' as const }
  const run = sampleRun({ verdicts: [cut, lost] })
  expect(caseVerdict(run)).toBe('fail')
  expect(violations(run)).toEqual([lost, cut])
  expect(renderJunit(report([run]))).toMatch(
    /<failure message="server: vllm was ended by SIGKILL \(and 1 more\)" type="slo"/,
  )
})

test('an objective is named once', () => {
  expect(describeVerdict(verdict('fail', 'ttft.p99 <= 400 ms', 538, 400, 'ttft.p99 538.0 ms > 400 ms'))).toBe(
    'ttft.p99 538.0 ms > 400 ms',
  )
  expect(describeVerdict(verdict('fail', 'assertion', null, null, 'expected 3 to be 4\n- 4\n+ 3'))).toBe(
    'assertion: expected 3 to be 4',
  )
})

test('only the metric that an objective begins with is in doubt', () => {
  const run = sampleRun({ verdicts: [verdict('fail', 'ttft.p99 <= 400 ms', 538, 400, '')] })
  expect([doubtOn(run, 'ttft.p99'), doubtOn(run, 'ttft.p9'), doubtOn(run, 'tpot.p99')]).toEqual(['fail', null, null])
  const open = sampleRun({ verdicts: [verdict('inconclusive', 'ttft.p99 <= 400 ms', 390, 400, '')] })
  expect(doubtOn(open, 'ttft.p99')).toBe('inconclusive')
})

test('the sentence counts what is in the report and nothing else', () => {
  expect(summarize(studyReport())).toBe('15 cases: 8 pass, 6 fail, 1 did not run')
  expect(summarize(report([sampleRun({ verdicts: [] })]))).toBe('1 case: 1 without objectives')
  expect(summarize(report([]))).toBe('No case ran')
  const { metrics } = sampleRun()
  expect(summarize(report([sampleRun({ verdicts: [], metrics: { ...metrics, failed: 4 } })]))).toBe(
    '1 case: 1 without objectives (4 requests failed)',
  )
})

function gate(verdict: 'pass' | 'inconclusive' | 'fail', estimate: number, message: string): Verdict {
  const numbers = { estimate, low: estimate - 0.01, high: estimate + 0.01, p: 0.5, margin: 0.05 }
  return gateVerdict({ case: 'vllm', gate: 'TPOT typical', verdict, ...numbers, message: `PASS  vllm  ${message}` })
}

test('the gates of the build are counted with the chance that any of them fails by mistake', () => {
  const verdicts = [
    gate('pass', 0, 'TPOT typical +0.0%: slower by less than 5%'),
    gate('pass', -0.2, 'TPOT typical -18.1%: faster by at least 17%'),
    gate('pass', -0.02, 'TPOT typical -2.0%: faster by at least 1%'),
    gate('inconclusive', 0.04, 'TPOT typical +4.1%: noise hides changes under 8%'),
    gate('fail', 0.2, 'TPOT typical +22.1%: slower, limit 5%'),
    verdict('fail', 'ttft.p99 <= 400 ms', 538, 400, ''),
  ]
  const bench = { ...report([sampleRun({ verdicts })]), falseFailChance: 0.05 }
  expect(summarizeGates(poolCases(bench))).toBe(
    '5 gates: 3 pass, 1 inconclusive, 1 FAIL (1 improved); chance of any false FAIL at most 5 %',
  )
  expect(summarizeGates(poolCases(report([sampleRun()])))).toBeNull()
})
