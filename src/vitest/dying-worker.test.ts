import { expect, test } from 'vitest'
import type { BenchReport, CaseReport } from '../report.ts'
import { inWords } from '../verdict/words.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

const HEAD = `
import { expect, fixedLengths, test, vllm } from ${ENTRY}
const few = { target: vllm(), requestRate: 5, numPrompts: 10, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
test('measured', async ({ load }) => { expect(await load(few)).toMeetSlo({ errorRate: 0 }) })
`

test(
  'a worker that dies leaves the cases that have ended, with their verdicts, and says which were lost',
  { timeout: 120_000 },
  async () => {
    const project = benchProject({
      'bench/killed.bench.ts': `${HEAD}
test('killed', () => { process.kill(process.pid, 'SIGKILL') })
test('not begun', async ({ load }) => { await load(few) })`,
      'bench/out-of-memory.bench.ts': `${HEAD}
test('loaded, then out of memory', async ({ load }) => {
  await load({ ...few, name: 'first' })
  await load({ ...few, name: 'second' })
  for (const kept = []; ; ) kept.push(Array.from({ length: 1e5 }, (_, i) => ({ i })))
})`,
    })
    project.write({
      'vitest.config.ts': project
        .read('vitest.config.ts')
        .replace(
          'defineServingBench()',
          "{ ...defineServingBench(), test: { watch: false, execArgv: ['--max-old-space-size=150'] } }",
        ),
    })
    const { exitCode, output } = await project.bench(['--reporter=default', '--reporter=blob'])
    expect(exitCode).toBe(1)
    expect(output).toMatch(/Reports: bench-results/)
    const live = project.report()
    const inOrder = ({ cases }: BenchReport): BenchReport['cases'] =>
      cases.toSorted((a, b) => a.environment.startedAt.localeCompare(b.environment.startedAt))
    const verdicts = ({ verdicts }: CaseReport): string[] =>
      verdicts.map((verdict) => `${inWords(verdict).objective}: ${verdict.verdict}`)
    const told = live.cases.map((one) => [one.case, ...verdicts(one)].join(', '))
    expect(told.toSorted()).toEqual([
      'loaded, then out of memory > first, complete test: invalid',
      'loaded, then out of memory > second, complete test: invalid',
      'measured, errorRate <= 0 %: pass',
      'measured, errorRate <= 0 %: pass',
    ])
    expect(live.failedCases.map(({ case: name, message }) => `${name}: ${message}`)).toEqual([
      'killed: Its worker died before it ended: it was not measured.',
      'not begun: Its worker died before it ended: it was not measured.',
      expect.stringMatching(/^unhandled error: .*exited unexpectedly/),
      expect.stringMatching(/^unhandled error: .*exited unexpectedly/),
    ])
    const junit = project.junit()
    expect(junit.filter(({ failure, error }) => failure === null && error === null)).toHaveLength(2)

    const merged = await project.bench(['--merge-reports'])
    expect(merged.exitCode).toBe(1)
    expect(inOrder(project.report())).toEqual(inOrder(live))
    expect(project.read('.vitest/blob/blob.json')).not.toContain('vitest-llm-bench:case')
  },
)
