import { expect, test } from 'vitest'
import { BenchReport } from '../src/report.ts'
import { renderJson } from './json.ts'
import { objective, report, sampleCase, studyReport } from './sample-reports.testkit.ts'

test('what is written can be read back', () => {
  const { cases, failedCases } = studyReport()
  const read = BenchReport.parse(JSON.parse(renderJson(studyReport())))
  expect(read.failedCases).toEqual(failedCases)
  expect(read.cases).toHaveLength(cases.length)
  expect(read.cases).toEqual(expect.arrayContaining(cases))
})

test('the order in which cases ended and keys were set does not show', () => {
  const { cases, failedCases } = studyReport()
  const shuffled = cases.toReversed().map((row) => Object.fromEntries(Object.entries(row).toReversed()) as typeof row)
  expect(renderJson(report(shuffled, failedCases))).toBe(renderJson(report(cases, failedCases)))
})

test('a verdict has its text beside its numbers, for people with jq', () => {
  const { cases } = JSON.parse(
    renderJson(report([sampleCase({ verdicts: [objective('fail', 'ttft.p99', 538, 400)] })])),
  )
  expect(cases[0].verdicts).toEqual([
    {
      ...objective('fail', 'ttft.p99', 538, 400),
      objective: 'ttft.p99 <= 400 ms',
      message: 'ttft.p99 538.0 ms > 400 ms',
    },
  ])
})

test('each case stands on a line of its own', () => {
  const lines = renderJson(report([sampleCase()])).split('\n')
  expect(lines.map((line) => line.slice(0, 20))).toEqual([
    '{',
    '  "schema": "vitest-',
    '  "cases": [',
    '    {"schema":"vites',
    '  ],',
    '  "failedCases": [],',
    '  "falseFailChance":',
    '}',
    '',
  ])
})

test('what is no case and does not fit is an error', () => {
  expect(() => renderJson({ ...report([sampleCase()]), falseFailChance: NaN })).toThrow(/falseFailChance/)
})
