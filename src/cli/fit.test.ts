import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { REPORT_SCHEMA, type CaseReport } from '../report.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { profileText, readProfileFile } from '../simulator/profile-file.ts'
import { resolvedCase } from '../case/resolve.testkit.ts'
import { runCase } from '../case/run-case.ts'
import { fit } from './fit.ts'

const environment = {
  startedAt: '2026-01-01T00:00:00Z',
  hostname: 'h',
  cpu: 'c',
  cores: 1,
  platform: 'p',
  node: 'n',
  tool: 't',
}

/** The engine to start from: numbers of its own, so that this test does not move with the built-in ones. */
const base: EngineProfile = {
  ...findProfile('vllm'),
  ingress: { requestMs: 5, perRunningMs: 0.2, pollMs: null },
  cost: {
    iterationMs: 0.6,
    prefillMs: 3,
    sequenceMs: 0.25,
    kvReadTokenMs: 0.0003,
    linear: { kind: 'dense', weightReadMs: 18, above8: 0.07, tokenMs: 0.2, sharpness: 4.5 },
    overlapSharpness: null,
  },
}

/** A server unlike it: every step 1.2 times as long, and twice the host work per sequence. */
const server: EngineProfile = { ...base, slowdown: 1.2, cost: { ...base.cost, sequenceMs: 0.5 } }

async function measure(profile: EngineProfile, requestRate: number): Promise<CaseReport> {
  const { report } = await runCase(
    resolvedCase({
      name: `chat > ${requestRate}/s`,
      target: vllm.simulated({ profile }),
      load: { requestRate, numPrompts: 200 },
    }),
    { environment, signal: new AbortController().signal, onProgress: undefined },
  )
  return report
}

let cases: CaseReport[]
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fit-'))
  cases = [await measure(server, 1), await measure(server, 4)]
  return () => rmSync(folder, { recursive: true })
})

function writeReport(written: readonly CaseReport[]): string {
  const path = join(folder, 'report.json')
  writeFileSync(path, JSON.stringify({ schema: REPORT_SCHEMA, cases: written, failedCases: [] }))
  return path
}

function fitted(written: readonly CaseReport[], ...options: string[]): { out: string; lines: string[] } {
  const out = join(folder, 'profile.json')
  const lines: string[] = []
  fit([writeReport(written), '-o', out, ...options], { print: (line) => lines.push(line) })
  return { out, lines }
}

test(
  'a slower server is recovered: the fitted engine shows its percentiles at another rate, too',
  { timeout: 60_000 },
  async () => {
    const start = join(folder, 'base.json')
    writeFileSync(start, profileText(base))
    const { out, lines } = fitted(cases, '--base', start)
    const profile = readProfileFile(out)
    expect(lines[0]).toMatch(/^Multiplied: weights by 1\.\d\d, /)
    expect(lines[0]).toContain('TTFT P90')
    for (const [, off] of lines[0]!.matchAll(/T[TP][FO]T P[59]0 .* ([+-][\d.]+) %/g))
      expect(Math.abs(Number(off))).toBeLessThan(3)
    const [known, found] = [await measure(server, 2.5), await measure(profile, 2.5)].map(({ metrics }) => metrics)
    for (const level of ['p50', 'p90'] as const) {
      expect(found!.ttft![level] / known!.ttft![level]).toBeCloseTo(1, 1)
      expect(found!.tpot![level] / known!.tpot![level]).toBeCloseTo(1, 1)
    }
  },
)

test('one rate fits many engines, and is refused', () => {
  expect(() => fitted([cases[0]!, cases[0]!])).toThrow('runs of vllm:base at one request rate only')
})

test('runs in which nothing was answered are refused', () => {
  const dead = cases.map((one) => ({ ...one, metrics: { ...one.metrics, completed: 0 } }))
  expect(() => fitted(dead)).toThrow('No request of vllm:base was answered.')
})

test('of several targets one has to be chosen', () => {
  const other = { ...cases[0]!, target: { ...cases[0]!.target, framework: 'sglang' as const } }
  expect(() => fitted([...cases, other])).toThrow('runs of vllm:base, sglang:base. Choose one of them')
  expect(() => fitted([...cases, other], '--target', 'tgi')).toThrow('no run of tgi, only of vllm:base, sglang:base')
})

test('a target without a simulated engine needs one to start from', () => {
  const other = cases.map((one) => ({ ...one, target: { ...one.target, framework: 'sglang' as const } }))
  expect(() => fitted(other)).toThrow('Name the most similar one, for instance --base vllm:base.')
})

test('what is no report is told apart', () => {
  const path = join(folder, 'other.json')
  expect(() => fit([path, '-o', 'x.json'], { print: () => {} })).toThrow(`Cannot read the report ${path}`)
  writeFileSync(path, '{}')
  expect(() => fit([path, '-o', 'x.json'], { print: () => {} })).toThrow('is not the report of a bench')
  expect(() => fit([path], { print: () => {} })).toThrow('fit takes one report, and -o for the profile.')
})
