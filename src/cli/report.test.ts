import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { madeUpCase, type MadeUpCase } from '../../reporters/html/measured-report.testkit.ts'
import { report as bench } from '../../reporters/sample-reports.testkit.ts'
import { BenchReport } from '../report.ts'
import { report } from './report.ts'

const folder = mkdtempSync(join(tmpdir(), 'report-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, cases: readonly MadeUpCase[], failedCases: BenchReport['failedCases'] = []): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(bench(cases.map(madeUpCase), failedCases)))
  return path
}

/** What is printed, and the merged cases: `framework version rate trials startedAt`. */
function merged(...paths: string[]): { lines: string[]; cases: string[]; failed: string[] } {
  const lines: string[] = []
  const json = join(folder, 'merged.json')
  report([...paths, '-o', join(folder, 'page.html'), '--json', json], { print: (line) => lines.push(line) })
  const { cases, failedCases } = BenchReport.parse(JSON.parse(readFileSync(json, 'utf8')))
  return {
    lines,
    cases: cases.map(({ target, load, trials, environment }) =>
      [target.framework, target.version, load.requestRate, trials.length, environment.startedAt.slice(0, 10)].join(' '),
    ),
    failed: failedCases.map((failed) => failed.case),
  }
}

const MONDAY = '2026-03-02T10:00:00.000Z'
const TUESDAY = '2026-03-03T10:00:00.000Z'

test('frameworks that ran on different days stand side by side', () => {
  const vllm = write('vllm.json', [{ startedAt: MONDAY }])
  const tgi = write('tgi.json', [{ framework: 'tgi', startedAt: TUESDAY }])
  const { cases, lines } = merged(vllm, tgi)
  expect(cases).toEqual(['vllm 0.4.1 8 1 2026-03-02', 'tgi 0.4.1 8 1 2026-03-03'])
  expect(lines).toEqual([`Written to ${join(folder, 'page.html')}.`, `Written to ${join(folder, 'merged.json')}.`])
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('2 cases: 2 pass.')
})

test('of one case of one version the later run is shown, with all its trials, and that is said', () => {
  const before = write('before.json', [{ trials: 3, startedAt: MONDAY }])
  const after = write('after.json', [{ startedAt: TUESDAY }])
  const { cases, lines } = merged(after, before)
  expect(cases).toEqual(['vllm 0.4.1 8 1 2026-03-03'])
  expect(lines[0]).toBe(`"chat > vllm > 8 req/s" is taken from ${after}, which ran it later than ${before}.`)
})

test('another version of the server stays beside the old one', () => {
  const before = write('before.json', [{ startedAt: MONDAY }])
  const after = write('after.json', [{ version: '0.4.2', startedAt: TUESDAY }])
  expect(merged(before, after).cases).toHaveLength(2)
})

test('a case that did not run stays failed, until it ran later', () => {
  const failure = [{ case: 'chat > vllm > 8 req/s', framework: 'vllm', message: 'No server' }]
  const monday = write('monday.json', [{ requestRate: 1, startedAt: MONDAY }], failure)
  const tuesday = write('tuesday.json', [{ startedAt: TUESDAY }])
  expect(merged(monday, tuesday).failed).toEqual([])
  const broken = write('broken.json', [{ requestRate: 1, startedAt: TUESDAY }], failure)
  const earlier = write('earlier.json', [{ startedAt: MONDAY }])
  expect(merged(broken, earlier).failed).toHaveLength(1)
  const nothing = write('nothing.json', [], failure)
  expect(merged(nothing, tuesday).failed).toHaveLength(1)
})

test('bad files and arguments are told apart, and nothing is written', () => {
  const print = (): void => {}
  const out = join(folder, 'none.html')
  expect(() => report([], { print })).toThrow('report takes one report.json or more.')
  expect(() => report(['missing.json', '-o', out], { print })).toThrow('Cannot read the report missing.json')
  const other = join(folder, 'other.json')
  writeFileSync(other, '{"cases": []}')
  expect(() => report([other, '-o', out], { print })).toThrow(`${other} is not the report of a bench`)
  const cut = write('cut.json', [{}])
  writeFileSync(cut, readFileSync(cut, 'utf8').replace(/"ttft":"[^"]{4}/, '"ttft":"'))
  expect(() => report([cut, '-o', out], { print })).toThrow('Column "ttft" of the report holds')
  expect(existsSync(out)).toBe(false)
})
