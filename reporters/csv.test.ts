import { expect, test } from 'vitest'
import { renderCsv } from './csv.ts'
import { HOSTILE_NAMES, objective, report, sampleCase, studyReport, studyCases } from './sample-reports.testkit.ts'

test('one line for each trial and each case that did not run, every line as long as the heading', () => {
  const { cases, failedCases } = studyReport()
  const rows = parseCsv(renderCsv(report(cases, failedCases)))
  expect(rows).toHaveLength(1 + cases.length + failedCases.length)
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows[0]?.length]))
})

test('numbers are written as in the report, and what was not measured is empty', () => {
  const first = records(renderCsv(report(studyCases()))).find(
    ({ variant, requestRate }) => variant === 'base' && requestRate === '1',
  )
  expect(first).toMatchObject({
    framework: 'vllm',
    requestRate: '1',
    numPrompts: '100',
    requestThroughput: '0.95',
    'ttft.p99': '216.07',
    'tpot.p50': '24.68',
    verdict: 'pass',
    maxConcurrency: '',
  })
  expect(first?.['itl.p50']).toBeUndefined()
})

test('each trial has a line with its own numbers and doubts, and the verdict of the case', () => {
  const row = sampleCase({
    trials: 2,
    doubts: [
      { code: 'saturated', message: 'of both' },
      { code: 'client-late', message: 'of the second', trial: 1 },
    ],
    verdicts: [objective('fail', 'ttft.p99', 538, 400)],
  })
  const lines = records(renderCsv(report([row])))
  expect(lines.map(({ trial, verdict, completed }) => [trial, verdict, completed])).toEqual([
    ['0', 'fail', '1000'],
    ['1', 'fail', '1000'],
  ])
  expect(lines.map(({ message }) => message)).toEqual([
    'ttft.p99 538.0 ms > 400 ms; of both',
    'ttft.p99 538.0 ms > 400 ms; of both; of the second',
  ])
})

test('all at once is the rate inf', () => {
  const [row] = records(renderCsv(report([sampleCase({ load: { requestRate: null } })])))
  expect(row?.['requestRate']).toBe('inf')
})

test('a case that did not run says why', () => {
  const [row] = records(renderCsv(report([], [{ case: 'a > b', framework: null, message: 'No server, "really"' }])))
  expect(row).toEqual({ case: 'a > b', framework: '', verdict: 'did not run', message: 'No server, "really"' })
})

test('hostile names stay in their cell, and no cell is a formula', () => {
  const names = [...HOSTILE_NAMES, '=HYPERLINK("http://evil")', '+1', '@SUM(A1)', '-2']
  const rows = parseCsv(renderCsv(report(names.map((name) => sampleCase({ case: name })))))
  expect(rows).toHaveLength(1 + names.length)
  for (const row of rows) {
    expect(row).toHaveLength(rows[0]?.length ?? 0)
    for (const cell of row) expect(cell).not.toMatch(/^[=+@]|^-\D/)
  }
})

function records(text: string): Record<string, string>[] {
  const [heads = [], ...rows] = parseCsv(text)
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [heads[i], cell])))
}

/** RFC 4180, as strictly as its grammar. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true)
  return text
    .slice(0, -2)
    .split('\r\n')
    .map((line) => {
      const fields = line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^",]*)(?=,|$)/g) ?? []
      expect(fields.join(',')).toBe(line)
      return fields.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
    })
}
