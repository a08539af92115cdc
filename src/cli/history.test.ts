import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { EMPTY_METRICS, report, sampleCase, type SampleChanges } from '../../reporters/sample-reports.testkit.ts'
import type { Trial } from '../report.ts'
import { history } from './history.ts'

const root = mkdtempSync(join(tmpdir(), 'history-'))
afterAll(() => rmSync(root, { recursive: true }))

function run(...args: string[]): string {
  const lines: string[] = []
  history(args, { print: (line) => void lines.push(line), width: 120, color: false })
  return lines.join('\n')
}

/** A report of one case of three trials, TTFT P50 around the given value; each version a day later. */
function writeVersion(folder: string, day: number, ttft: number, changes: SampleChanges = {}): string {
  const made = sampleCase({ target: { version: `0.${day}.0` }, trials: 3, ...changes })
  const trials = made.trials.map((trial, i): Trial => {
    const p50 = ttft * (0.99 + 0.01 * i)
    const distribution = trial.metrics.ttft === null ? null : { ...trial.metrics.ttft, p50 }
    return { ...trial, metrics: { ...trial.metrics, ttft: distribution } }
  })
  const startedAt = `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`
  const recorded = { ...made, trials, environment: { ...made.environment, startedAt } }
  const path = join(folder, `report-${day}.json`)
  writeFileSync(path, JSON.stringify(report([recorded])))
  return path
}

function folderWith(...ttfts: number[]): { folder: string; reports: string[] } {
  const folder = mkdtempSync(join(root, 'case-'))
  return { folder, reports: ttfts.map((ttft, i) => writeVersion(folder, i + 1, ttft)) }
}

test('runs are recorded one line a case and version, once', () => {
  const { folder, reports } = folderWith(100)
  const to = join(folder, 'history.jsonl')
  expect(run('--add', reports[0]!, '--to', to)).toContain('1 recorded')
  expect(run('--add', reports[0]!, '--to', to)).toContain('0 recorded from')
  const lines = readFileSync(to, 'utf8').trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({ version: '0.1.0', trials: [{}, {}, {}] })
})

test('TPOT behind a proxy that buffers is not recorded', () => {
  const { folder, reports } = folderWith(100)
  const to = join(folder, 'history.jsonl')
  const text = readFileSync(reports[0]!, 'utf8').replaceAll('"unobserved":0', '"unobserved":500')
  writeFileSync(reports[0]!, text)
  run('--add', reports[0]!, '--to', to)
  const { trials } = JSON.parse(readFileSync(to, 'utf8'))
  expect(Object.keys(trials[0].metrics)).toContain('ttft.p50')
  expect(Object.keys(trials[0].metrics)).not.toContain('tpot.p50')
})

test('a folder of reports is a history; a change is marked where it happened, and explained', () => {
  const { folder } = folderWith(100, 100, 101, 120, 121, 120)
  const text = run(folder)
  expect(text).toMatch(/^0\.4\.0 .*✗ 120\.00/m)
  expect(text).toContain('✗ ttft.p50 is worse by 19.9 % since 0.4.0: 100.33 -> 120.33')
})

test('--gate fails on a change for the worse, not on one that only the newest version shows', () => {
  const confirmed = folderWith(100, 100, 101, 120, 121, 120).folder
  expect(() => run(confirmed, '--gate')).toThrow('One metric got worse for good')
  expect(run(confirmed, '--gate', '--since', '0.5.0')).toContain('✗ ttft.p50')
  const suspected = folderWith(100, 100, 101, 100, 130).folder
  expect(run(suspected, '--gate')).toContain('suspected: only the newest version shows it')
  const better = folderWith(120, 121, 120, 100, 100, 101).folder
  expect(run(better, '--gate')).toContain('✓ ttft.p50 is better by')
})

test('--html writes the page, also where --gate fails', () => {
  const { folder } = folderWith(100, 100, 101, 120, 121, 120)
  const page = join(root, 'history.html')
  expect(() => run(folder, '--html', page, '--gate')).toThrow('One metric got worse for good')
  expect(readFileSync(page, 'utf8')).toContain('✗ ttft.p50 is worse by 19.9 % since 0.4.0')
})

test('results of vllm bench serve are recorded beside ours, as a case of their own', () => {
  const { folder, reports } = folderWith(100)
  const vllm = join(folder, 'vllm.json')
  writeFileSync(
    vllm,
    JSON.stringify({
      date: '20260301-000000',
      backend: 'vllm',
      label: '0.14.0',
      model_id: 'm',
      num_prompts: 100,
      request_rate: 'inf',
      duration: 10,
      completed: 100,
      total_input_tokens: 1000,
      total_output_tokens: 1000,
      request_throughput: 10,
      output_throughput: 100,
      median_ttft_ms: 55,
    }),
  )
  const text = run('--add', reports[0]!, '--add', vllm, '--to', join(folder, 'both.jsonl'))
  expect(text).toContain('vllm base · all at once · m · vllm bench serve > vllm, 100 prompts')
  expect(text).toContain('55.00')
})

test('the cases of a report of an older version are recorded with their trials', () => {
  const to = join(folderWith().folder, 'old.jsonl')
  run('--add', 'fixtures/report-1/report.json', '--to', to)
  const lines = readFileSync(to, 'utf8').trimEnd().split('\n')
  const green = lines.map((line) => JSON.parse(line)).find((entry) => entry.case.startsWith('green'))
  expect(green.trials.map(({ seed }: { seed: number }) => seed)).toEqual([0, 1, 2])
})

test('a run that nobody answered is left out, and that is said', () => {
  const { folder } = folderWith()
  const path = writeVersion(folder, 1, 100, { metrics: EMPTY_METRICS })
  expect(() => run('--add', path, '--to', join(folder, 'empty.jsonl'))).toThrow(/There is no .*empty\.jsonl/)
})

test('a line that is no entry is named, and the file stays as it was', () => {
  const { folder, reports } = folderWith(100)
  const to = join(folder, 'broken.jsonl')
  run('--add', reports[0]!, '--to', to)
  const broken = `${readFileSync(to, 'utf8')}{"schema":\n`
  writeFileSync(to, broken)
  expect(() => run(to)).toThrow(/broken\.jsonl, line 2 .*it is not JSON/)
  expect(() => run('--add', reports[0]!, '--to', to)).toThrow('line 2')
  expect(readFileSync(to, 'utf8')).toBe(broken)
})

test('an unknown version of --since is an error', () => {
  const { folder } = folderWith(100, 100)
  expect(() => run(folder, '--gate', '--since', '9')).toThrow(
    'There is no version 9 in this history. It has 0.1.0, 0.2.0',
  )
})
