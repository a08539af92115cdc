import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { failedRecord, madeUpReport, recordWithTtft } from '../metrics/records.testkit.ts'
import { judgeBaseline } from './baseline-store.ts'

function benchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a run that is invalid does not become a baseline', () => {
  const folder = benchFolder()
  const result = { records: [recordWithTtft(100)], unsent: 9, aborted: true, connections: null, utilisation: null }
  const report = madeUpReport([], { result })
  expect(() => judgeBaseline(report, join(folder, 'a.bench.ts'), 'all')).toThrow(
    /is invalid, so it cannot become a baseline\. The run was cut short after 1 of \d+ requests\. Run it again\.$/,
  )
  expect(existsSync(join(folder, '__baselines__'))).toBe(false)
})

test('a baseline with failed requests says that it accepts them', () => {
  const report = madeUpReport([recordWithTtft(100), failedRecord({ dueAt: 1000 })])
  expect(judgeBaseline(report, join(benchFolder(), 'a.bench.ts'), 'new')).toMatchObject([
    {
      verdict: 'pass',
      message: expect.stringContaining('baseline from now on, and accepts that 1 of 2 requests failed'),
    },
  ])
})
