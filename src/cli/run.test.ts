import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findProfile } from '../frameworks/find-profile.ts'
import { createRealClock } from '../load/real-clock.ts'
import type { BenchReport } from '../report.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'
import { readReport } from './read-report.ts'
import { run } from './run.ts'

interface Ran {
  readonly error: unknown
  readonly printed: string
  /** What report.json holds; null where there is none. */
  readonly report: BenchReport | null
  readonly file: (name: string) => string
}

async function ran(
  args: string,
  env: Record<string, string> = {},
  signal = new AbortController().signal,
): Promise<Ran> {
  const out = mkdtempSync(join(tmpdir(), 'run-'))
  onTestFinished(() => rmSync(out, { recursive: true }))
  const lines: string[] = []
  const io = { print: (line: string) => void lines.push(line), width: 120, color: false, signal, env }
  const error = await run([...args.split(' ').filter(Boolean), '-o', out], io).catch((thrown: unknown) => thrown)
  const path = join(out, 'report.json')
  return {
    error,
    printed: lines.join('\n'),
    report: existsSync(path) ? readReport(path) : null,
    file: (name) => readFileSync(join(out, name), 'utf8'),
  }
}

test('a simulated engine is benched, judged over its trials, and reported in every format', async () => {
  const { error, printed, report, file } = await ran(
    'vllm:awq --simulated --rate 2 --prompts 100 --trials 2 --seed 7 --slo ttft.p50<5000',
  )
  expect(error).toBeUndefined()
  const [one] = report!.cases
  expect(one).toMatchObject({
    case: 'run > vllm 0.4.1 awq > 2 req/s',
    target: { framework: 'vllm', variant: 'awq', simulated: true },
    load: { requestRate: 2, numPrompts: 100, trials: 2, seed: 7 },
    metrics: { completed: 200, failed: 0 },
    verdicts: [{ kind: 'objective', metric: 'ttft', statistic: 'p50', limit: 5000, verdict: 'pass' }],
  })
  expect(one!.trials.map(({ seed }) => seed)).toEqual([7, 8])
  expect(printed).toContain('1 case: 1 pass')
  expect(printed).toMatch(/ 2 {2}200 .* ✓ pass/)
  // Of several trials together, too.
  expect(file('junit.xml')).toMatch(/<property name="itl\.count" value="\d{5}"\/>/)
  expect(file('report.md')).toContain('1 case: 1 pass')
  expect(file('report.html')).toContain('1 case: 1 pass')
})

test('a missed objective stands in the reports, and is the error that ends the command', async () => {
  const { error, printed, report, file } = await ran('vllm --simulated --rate 2 --prompts 100 --slo ttft.p50<1')
  expect(error).toMatchObject({ code: 'not-met', message: expect.stringContaining('breaks 1 of 1 objective') })
  expect(report!.cases[0]?.verdicts).toMatchObject([{ kind: 'objective', verdict: 'fail', limit: 1 }])
  expect(printed).toContain('✗ fail')
  expect(file('junit.xml')).toContain('type="objective"')
})

test('without objectives nothing is judged, and LLM_BENCH_SLO gives some', async () => {
  const load = 'vllm --simulated --rate 2 --prompts 20'
  const unjudged = await ran(load)
  expect([unjudged.error, unjudged.report!.cases[0]?.verdicts]).toEqual([undefined, []])
  const judged = await ran(load, { LLM_BENCH_SLO: 'ttft.p50<1' })
  expect(judged.error).toMatchObject({ code: 'not-met' })
  const given = await ran(`${load} --slo ttft.p50<5000`, { LLM_BENCH_SLO: 'ttft.p50<1' })
  expect(given.report!.cases[0]?.verdicts).toMatchObject([{ limit: 5000, verdict: 'pass' }])
})

/**
 * Answers of two tokens from an engine that is 20 times as slow as vLLM, so that the client may be late by tens of ms: the median
 * TTFT is over half a second.
 */
test('a server is benched at its URL, which goes before the environment', { timeout: 60_000 }, async () => {
  const profile = { ...findProfile('vllm'), slowdown: 20 }
  const server = await startSimulatedServer({ clock: createRealClock(), profile, port: 0, seed: 0, onLog: () => {} })
  onTestFinished(() => server.close())
  const rows = Array.from({ length: 6 }, () => JSON.stringify({ prompt: 'word '.repeat(50), outputTokens: 2 }))
  const env = {
    VLLM_URL: 'http://127.0.0.1:1',
    LLM_BENCH_DATASET: await temporaryFile('rows.jsonl', rows.join('\n')),
    LLM_BENCH_CALIBRATE: '0',
  }
  const { error, report } = await ran(`vllm --url ${server.url} --rate 10 --prompts 5 --slo errorRate<=0`, env)
  expect(error).toBeUndefined()
  expect(report!.cases).toMatchObject([
    {
      target: { simulated: false, url: server.url, version: '0.4.1' },
      metrics: { completed: 5, failed: 0, outputTokens: 10 },
      verdicts: [{ metric: 'errorRate', verdict: 'pass', observed: 0 }],
    },
  ])
  const moved = await ran('vllm --rate 10 --prompts 5', { ...env, VLLM_URL: server.url })
  expect(moved.report!.cases[0]?.metrics.completed).toBe(5)
})

test('a case that did not run stands in the reports, and its error ends the command, without the key', async () => {
  const env = { LLM_BENCH_API_KEY: 'a-key-that-nobody-may-see' }
  const { error, printed, report, file } = await ran('vllm --url http://127.0.0.1:1 --rate 1 --prompts 1', env)
  expect(error).toMatchObject({ code: 'server-unreachable' })
  expect(report).toMatchObject({ cases: [], failedCases: [{ case: 'run > vllm > 1 req/s', framework: 'vllm' }] })
  expect(printed).toContain('1 did not run')
  expect(file('junit.xml')).toContain('<error')
  expect(`${String(error)}${printed}${file('report.json')}`).not.toContain('nobody-may-see')
})

test('an interrupt before the first request leaves a case that did not run', async () => {
  const { error, report } = await ran('vllm --simulated --rate 1 --prompts 10', {}, AbortSignal.abort())
  expect(error).toMatchObject({ code: 'no-data' })
  expect(report!.failedCases).toHaveLength(1)
})

test.each([
  ['', 'run takes one framework'],
  ['vlm --rate 1 --prompts 1', 'There is no framework "vlm". Did you mean "vllm"?'],
  ['vllm --rate 1 --prompts 1', 'No server of vllm is given: name its --url, or set VLLM_URL, or bench'],
  ['sglang --rate 1 --prompts 1', 'No server of sglang is given: name its --url, or set SGLANG_URL.'],
  ['sglang --simulated --rate 1 --prompts 1', 'There is no simulated engine of sglang.'],
  ['vllm --simulated --url http://a --rate 1 --prompts 1', '--url and --simulated exclude each other.'],
  ['vllm --simulated --rate 1', 'run takes --rate and --prompts.'],
  ['vllm --simulated --rate fast --prompts 1', '--rate fast is not a number.'],
  ['vllm --simulated --rate 1 --prompt 1', 'There is no option --prompt. Did you mean "prompts"?'],
])('run %s is refused before anything is sent or written', async (args, message) => {
  const { error, report } = await ran(args)
  expect(error).toMatchObject({ code: 'bad-command', message: expect.stringContaining(message) })
  expect(report).toBeNull()
})

test.each([
  ['--rate 0 --prompts 1', 'bad-load'],
  ['--rate 1 --prompts 0', 'bad-load'],
  ['--rate 1 --prompts 1 --slo ttfd.p50<1', 'bad-slo'],
])('vllm --simulated %s is %s', async (args, code) => {
  expect((await ran(`vllm --simulated ${args}`)).error).toMatchObject({ code })
})
