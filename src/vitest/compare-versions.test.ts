import { expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { inWords } from '../verdict/words.ts'
import { benchProject, ENTRY, type BenchProject } from './run-bench.testkit.ts'

const SIMULATOR = JSON.stringify(fileURLToPath(new URL('../cli/main.ts', import.meta.url)))

/** vLLM against an engine of its own that takes `slowdown` times as long for every iteration. */
const comparison = (slowdown: number, options = 'requestRates: [2]'): BenchProject =>
  benchProject({
    'bench/compare.bench.ts': `
import { compareVersions, findProfile, vllm } from ${ENTRY}
const candidate = vllm.simulated({ profile: { ...findProfile('vllm'), slowdown: ${slowdown} } })
compareVersions('upgrade', { baseline: vllm(), candidate, load: { numPrompts: 100 }, ${options} })`,
  })

const gatesOf = (project: BenchProject): { objective: string; verdict: string; message: string }[] =>
  project
    .report()
    .cases.flatMap(({ verdicts }) => verdicts.filter(({ kind }) => kind === 'regression'))
    .map((verdict) => ({ verdict: verdict.verdict, ...inWords(verdict) }))

test(
  'the same version passes on three pairs, interleaved, with the same seeds on both sides',
  { timeout: 180_000 },
  async () => {
    const project = comparison(1, 'requestRates: [1, 2]')
    const { exitCode, output } = await project.bench()
    expect(exitCode).toBe(0)
    expect(output).toContain('10 gates: 10 pass, 0 inconclusive, 0 FAIL; chance of any false FAIL at most 5 %')
    const { cases } = project.report()
    expect(cases.map((one) => one.case).toSorted()).toEqual([
      'upgrade > compared > baseline, 1 req/s',
      'upgrade > compared > baseline, 2 req/s',
      'upgrade > compared > candidate, 1 req/s',
      'upgrade > compared > candidate, 2 req/s',
    ])
    const side = (name: string): string[] =>
      cases.filter((one) => one.case.includes(name)).flatMap(({ trials }) => trials.map(({ digest }) => digest))
    expect(new Set(side('candidate')).size).toBe(6)
    expect(side('candidate').toSorted()).toEqual(side('baseline').toSorted())
    expect(gatesOf(project).map(({ verdict }) => verdict)).toEqual(Array.from({ length: 10 }, () => 'pass'))
  },
)

test(
  'a slower candidate fails on fresh pairs, each rate once in JUnit, with the gate in words',
  { timeout: 180_000 },
  async () => {
    const project = comparison(1.1)
    const { exitCode, output } = await project.bench()
    expect(exitCode).toBe(1)
    expect(output).toMatch(/TPOT typical \+1\d\.\d% \(90% CI .*, 5 fresh pairs, Holm p = .*\): slower, limit 5%/s)
    expect(project.report().failedCases).toEqual([])
    const failures = project.junit().filter(({ failure }) => failure !== null)
    expect(failures).toHaveLength(1)
    expect(failures[0]?.name).toContain('candidate, 2 req/s')
    expect(failures[0]?.failure).toContain('TPOT typical')
  },
)

test('a faster candidate passes, and is told so', { timeout: 180_000 }, async () => {
  const project = comparison(0.9)
  expect((await project.bench()).exitCode).toBe(0)
  expect(gatesOf(project).find(({ objective }) => objective.startsWith('TPOT typical'))?.message).toMatch(
    /^TPOT typical -\d+\.\d% .*: faster by at least/,
  )
})

test('margins are the limits', { timeout: 180_000 }, async () => {
  const all = ['TTFT typical', 'TTFT tail', 'TPOT typical', 'TPOT tail', 'E2E typical']
  const margins = JSON.stringify(Object.fromEntries(all.map((gate) => [gate, 0.5])))
  expect((await comparison(1.1, `requestRates: [2], margins: ${margins}`).bench()).exitCode).toBe(0)
})

test.each([
  ['a misspelt option', 'requestRates: [2], margin: {}', /compareVersions has no option "margin"/],
  ['no rate', 'requestRates: []', /The option requestRates of compareVersions is \[\]\. It must be: at least one rate/],
  [
    'a margin of a gate that is none',
    'requestRates: [2], margins: { TPOT: 0.1 }',
    /The option margins has no option "TPOT"/,
  ],
])('%s is refused', { timeout: 60_000 }, async (_what, options, message) => {
  const { exitCode, output } = await comparison(1, options).bench()
  expect(exitCode).toBe(1)
  expect(output).toMatch(message)
})

test('one server on both sides is refused: a variable sends both to it', { timeout: 60_000 }, async () => {
  const { exitCode, output } = await comparison(1).bench([], { VLLM_URL: 'http://127.0.0.1:9' })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/VLLM_URL makes one of two targets: vllm 0\.4\.1 without a URL, and vllm 0\.4\.1, simulated\./)
})

test('a candidate that is down fails the comparison, and nothing is called a pass', { timeout: 60_000 }, async () => {
  const project = comparison(1, "requestRates: [2], candidate: vllm({ url: 'http://127.0.0.1:9' })")
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  expect(output).toContain('127.0.0.1:9')
  expect(gatesOf(project)).toEqual([])
})

test('two launches on one GPU run in turn, and A B B A restarts them half as often', { timeout: 180_000 }, async () => {
  const project = benchProject({
    'launched.mjs': "import { appendFileSync } from 'node:fs'\nappendFileSync('launches', `${process.env.SIDE} `)\n",
    'bench/launched.bench.ts': `
import { compareVersions, fixedLengths, vllm } from ${ENTRY}
const command = [process.execPath, '--import', './launched.mjs', ${SIMULATOR}, 'simulate', 'vllm', '--port', '{port}']
// Loopback at a hundred requests a second is noise: wide margins leave the order and the restarts to be seen.
const wide = Object.fromEntries(['TTFT typical', 'TTFT tail', 'TPOT typical', 'TPOT tail', 'E2E typical'].map((gate) => [gate, 99]))
compareVersions('launched', {
  baseline: vllm({ version: 'old', launch: { command, env: { SIDE: 'old' } } }),
  candidate: vllm({ version: 'new', launch: { command, env: { SIDE: 'new' } } }),
  requestRates: [50],
  load: { numPrompts: 8, warmup: false, maxConcurrency: 8, dataset: fixedLengths({ promptTokens: 20, outputTokens: 48 }) },
  margins: wide,
})`,
  })
  const { exitCode, output } = await project.bench([], { CUDA_VISIBLE_DEVICES: 'planted' })
  expect(output).toContain('2 cases')
  expect(exitCode).toBe(0)
  // Six trials in four launches.
  expect(project.report().cases.map(({ trials }) => trials.length)).toEqual([3, 3])
  expect(project.read('launches')).toBe('old new old new ')
})
