import { expect, test } from 'vitest'
import { report, sampleRun, studyReport, verdict } from './sample-reports.testkit.ts'
import { caseVerdict, describeVerdict, doubtOn, summarize } from './verdicts.ts'

test('the worst verdict speaks for the case, and a run that is invalid neither passes nor fails', () => {
  const words = ['pass', 'inconclusive', 'fail', 'invalid'] as const
  const worst = words.map((_, i) =>
    caseVerdict(sampleRun({ verdicts: words.slice(0, i + 1).map((word) => verdict(word, `${word} a`, 1, 1, '')) })),
  )
  expect(worst).toEqual(words)
  expect(caseVerdict(sampleRun({ verdicts: [] }))).toBe('unjudged')
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
