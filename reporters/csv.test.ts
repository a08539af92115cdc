import { expect, test } from 'vitest'
import { renderCsv } from './csv.ts'
import { HOSTILE_NAMES, report, sampleRun, studyReport, studyRuns } from './sample-reports.testkit.ts'

test('one line for each run and each case that did not run, every line as long as the heading', () => {
  const { runs, failedCases } = studyReport()
  const rows = parseCsv(renderCsv({ ...report([...runs]), failedCases }))
  expect(rows).toHaveLength(1 + runs.length + failedCases.length)
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows[0]?.length]))
})

test('numbers are written as in the report, and what was not measured is empty', () => {
  const first = records(renderCsv(report(studyRuns()))).find(
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

test('all at once is the rate inf', () => {
  const [row] = records(renderCsv(report([sampleRun({ load: { requestRate: null } })])))
  expect(row?.['requestRate']).toBe('inf')
})

test('a case that did not run says why', () => {
  const [row] = records(renderCsv(report([], [{ case: 'a > b', framework: null, message: 'No server, "really"' }])))
  expect(row).toEqual({ case: 'a > b', framework: '', verdict: 'did not run', message: 'No server, "really"' })
})

test('hostile names stay in their cell, and no cell is a formula', () => {
  const names = [...HOSTILE_NAMES, '=HYPERLINK("http://evil")', '+1', '@SUM(A1)', '-2']
  const rows = parseCsv(renderCsv(report(names.map((name) => sampleRun({ case: name })))))
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
