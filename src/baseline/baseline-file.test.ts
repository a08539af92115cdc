import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { readBaseline, writeBaseline } from './baseline-file.ts'
import { baselineOf } from './compare-baseline.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseline-'))
  path = join(folder, '__baselines__', 'case.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const baseline = baselineOf(madeUpReport([madeUpRecord(), failedRecord({ index: 1, dueAt: 125 })]), 'A100')

test('what was written is read back, folder and all, and nothing else is left', () => {
  writeBaseline(path, { ...baseline, case: 'earlier' })
  writeBaseline(path, baseline)
  expect(readBaseline(path)).toEqual(baseline)
  expect(readdirSync(dirname(path))).toEqual(['case.json'])
})

test('a file that does not exist is no baseline', () => {
  expect(readBaseline(path)).toBeNull()
})

// 2 bytes for each of 3 times, 4/3 characters a byte, and 300 characters of digest and names
test('a trial of 200 requests takes less than 2 kB', () => {
  const [trial] = baseline.trials
  const times = Array.from({ length: 200 }, (_, i) => 100 + i)
  writeBaseline(path, { ...baseline, trials: [{ ...trial!, ttft: times, tpot: times, e2eLatency: times }] })
  const one = readFileSync(path).length
  writeBaseline(path, baseline)
  expect(one - readFileSync(path).length).toBeLessThan(2000)
})

test('what is no baseline is never written', () => {
  writeBaseline(path, baseline)
  const before = readFileSync(path, 'utf8')
  expect(() => writeBaseline(path, { ...baseline, trials: [] })).toThrow()
  expect(() => writeBaseline(path, { ...baseline, definitions: NaN })).toThrow()
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('a baseline of the older format says to accept again', () => {
  const old = join(folder, 'old.json')
  writeFileSync(old, '{"schema": "vitest-llm-bench/baseline@1", "runs": [{}]}')
  expect(() => readBaseline(old)).toThrow(
    /old\.json is of an older format, which has too few trials.*Accept the current run with `vitest bench -u`/,
  )
})

test.for([
  ['cut text', '{"schema": "vitest-llm', 'is not JSON'],
  [
    'another schema',
    '{"schema": "vitest-llm-bench/baseline@3", "trials": []}',
    'is not a vitest-llm-bench/baseline@2 file (schema: ',
  ],
  [
    'no trial',
    '{"schema": "vitest-llm-bench/baseline@2", "trials": []}',
    'is not a vitest-llm-bench/baseline@2 file (',
  ],
] as const)('%s is an error that names the file and the remedy', ([, text, what]) => {
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, text)
  expect(() => readBaseline(broken)).toThrow(
    expect.objectContaining({
      code: 'bad-baseline',
      remedy: expect.stringContaining('vitest bench -u'),
      message: expect.stringContaining(`The baseline ${broken} ${what}`),
    }),
  )
})

test('a folder in the place of the file is an error, not a missing baseline', () => {
  expect(() => readBaseline(folder)).toThrow('cannot be read')
})
