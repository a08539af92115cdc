import { expect, test } from 'vitest'
import { caseVerdict } from '../src/verdict/case-verdict.ts'
import { serverLost } from '../src/verdict/make.ts'
import { madeUpGate } from '../src/verdict/made-up-gate.testkit.ts'
import type { RegressionVerdict } from '../src/verdict/verdict.ts'
import { renderJunit } from './junit.ts'
import { invalid, objective, report, sampleCase, studyReport } from './sample-reports.testkit.ts'
import { doubtOn, summarize, summarizeGates, violations } from './verdicts.ts'

test('a case whose server was lost has failed, and says so before anything that follows from it', () => {
  const lost = serverLost('vllm was ended by SIGKILL')
  const late = invalid('the client was late')
  const row = sampleCase({ verdicts: [late, lost] })
  expect(caseVerdict(row)).toBe('fail')
  expect(violations(row)).toEqual([lost, late])
  expect(renderJunit(report([row]))).toMatch(
    /<failure message="server: vllm was ended by SIGKILL \(and 1 more\)" type="server"/,
  )
})

test('only the number that an objective is about is in doubt', () => {
  const row = sampleCase({ verdicts: [objective('fail', 'ttft.p99', 538, 400)] })
  expect(['ttft.p99', 'ttft.p90', 'tpot.p99'].map((path) => doubtOn(row, path))).toEqual(['fail', null, null])
  const open = sampleCase({ verdicts: [objective('inconclusive', 'ttft.p99', 390, 400)] })
  expect(doubtOn(open, 'ttft.p99')).toBe('inconclusive')
})

test('the sentence counts what is in the report and nothing else', () => {
  expect(summarize(studyReport())).toBe('15 cases: 8 pass, 6 fail, 1 did not run')
  expect(summarize(report([sampleCase({ verdicts: [] })]))).toBe('1 case: 1 without objectives')
  expect(summarize(report([]))).toBe('No case ran')
  expect(summarize(report([sampleCase({ verdicts: [], metrics: { failed: 4 } })]))).toBe(
    '1 case: 1 without objectives (4 requests failed)',
  )
})

/** The interval reaches 1 % to either side of the estimate. */
function gate(verdict: 'pass' | 'inconclusive' | 'fail', estimate: number): RegressionVerdict {
  return madeUpGate({ verdict, estimate, low: estimate - 0.01, high: estimate + 0.01 })
}

test('the gates of the build are counted with the chance that any of them fails by mistake', () => {
  // Of the two that got faster beyond doubt, one did by more than the margin of 5 %.
  const verdicts = [
    gate('pass', 0),
    gate('pass', -0.18),
    gate('pass', -0.02),
    gate('inconclusive', 0.04),
    gate('fail', 0.22),
    objective('fail', 'ttft.p99', 538, 400),
  ]
  expect(summarizeGates({ ...report([sampleCase({ verdicts })]), falseFailChance: 0.05 })).toBe(
    '5 gates: 3 pass, 1 inconclusive, 1 FAIL (1 improved); chance of any false FAIL at most 5 %',
  )
  expect(summarizeGates(report([sampleCase()]))).toBeNull()
})
