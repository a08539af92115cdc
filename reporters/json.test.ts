import { expect, test } from 'vitest'
import { BenchReport } from '../src/report.ts'
import { renderJson } from './json.ts'
import { report, sampleRun, studyReport } from './sample-reports.testkit.ts'

test('what is written can be read back', () => {
  const { runs, failedCases } = studyReport()
  const read = BenchReport.parse(JSON.parse(renderJson({ ...studyReport() })))
  expect(read.failedCases).toEqual(failedCases)
  expect(read.runs).toHaveLength(runs.length)
  expect(read.runs).toEqual(expect.arrayContaining(runs))
})

test('the order in which cases ended and keys were set does not show', () => {
  const { runs, failedCases } = studyReport()
  const shuffled = runs.toReversed().map((run) => Object.fromEntries(Object.entries(run).toReversed()) as typeof run)
  expect(renderJson(report(shuffled, failedCases))).toBe(renderJson(report(runs, failedCases)))
})

test('each run stands on a line of its own', () => {
  const lines = renderJson(report([sampleRun()])).split('\n')
  expect(lines.map((line) => line.slice(0, 20))).toEqual([
    '{',
    '  "schema": "vitest-',
    '  "runs": [',
    '    {"schema":"vites',
    '  ],',
    '  "failedCases": [],',
    '  "falseFailChance":',
    '}',
    '',
  ])
})

test('what is no run and does not fit is an error', () => {
  expect(() => renderJson({ ...report([sampleRun()]), falseFailChance: NaN })).toThrow(/falseFailChance/)
})
