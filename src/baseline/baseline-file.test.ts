import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { readBaseline, writeBaseline } from './baseline-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseline-'))
  path = join(folder, '__baselines__', 'case.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const report = madeUpReport([madeUpRecord(), madeUpRecord({ index: 1, dueAt: 125 })])

test('what was written is read back, folder and all, and nothing else is left', () => {
  writeBaseline(path, [report])
  writeBaseline(path, [report, report])
  expect(readBaseline(path)).toEqual([report, report])
  expect(readdirSync(dirname(path))).toEqual(['case.json'])
})

test('a file that does not exist is no baseline', () => {
  expect(readBaseline(path)).toBeNull()
})

test('runs that are no reports are never written', () => {
  writeBaseline(path, [report])
  const before = readFileSync(path, 'utf8')
  expect(() => writeBaseline(path, [])).toThrow()
  expect(() => writeBaseline(path, [{ ...report, metrics: { ...report.metrics, durationMs: NaN } }])).toThrow()
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test.for([
  ['cut text', '{"schema": "vitest-llm', 'is not JSON'],
  [
    'another schema',
    '{"schema": "vitest-llm-bench/baseline@2", "runs": []}',
    'is not a vitest-llm-bench/baseline@1 file (schema: ',
  ],
  ['no run', '{"schema": "vitest-llm-bench/baseline@1", "runs": []}', '(runs: '],
  ['a broken run', '{"schema": "vitest-llm-bench/baseline@1", "runs": [{}]}', '(runs.0.schema: '],
] as const)('%s is an error that names the file and the remedy', ([, text, what]) => {
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, text)
  expect(() => readBaseline(broken)).toThrow(
    expect.objectContaining({
      code: 'bad-baseline',
      remedy: expect.stringContaining('vitest bench -u'),
      message: expect.stringContaining(`The baseline ${broken} ${what.startsWith('(') ? '' : what}`),
    }),
  )
  expect(() => readBaseline(broken)).toThrow(what)
})

test('a folder in the place of the file is an error, not a missing baseline', () => {
  expect(() => readBaseline(folder)).toThrow('cannot be read')
})
