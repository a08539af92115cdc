import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'
import { benchProject, ENTRY, type BenchProject } from './run-bench.testkit.ts'

const TIMEOUT = { timeout: 240_000 }

/** vLLM whose every iteration takes `slowdown` times as long, at 2 requests/s. */
function matrix(slowdown: number, version = '0.4.1'): string {
  return `
import { describeServing, vllm } from ${ENTRY}
describeServing('chat', { targets: [vllm.simulated({ slowdown: ${slowdown}, version: '${version}' })], requestRates: [2], load: { numPrompts: 100 }, baseline: true })`
}

const FILE = 'bench/chat.bench.ts'
const BASELINE = 'bench/__baselines__/chat.bench.chat_-_vllm_Meta-Llama-3-8B-Instruct_-_2_req-s.json'
/** As it was called when the version was part of the name. */
const OLDER = 'bench/__baselines__/chat.bench.chat_-_vllm_0.4.1_-_2_req-s.json'

/** A project whose baseline is accepted. */
async function accepted(text = matrix(1)): Promise<BenchProject> {
  const project = benchProject({ [FILE]: text })
  const { exitCode, output } = await project.bench()
  expect(exitCode, output).toBe(0)
  return project
}

const ci = (project: BenchProject, args: string[] = [], env: Record<string, string> = {}) =>
  project.bench(args, { CI: '1', ...env })

function gatesOf(project: BenchProject): Verdict[] {
  return project.report().cases.flatMap(({ verdicts }) => verdicts.filter(({ kind }) => kind === 'regression'))
}

test('a baseline is recorded once, holds, breaks on a slower engine, and moves only with -u', TIMEOUT, async () => {
  const project = benchProject({ [FILE]: matrix(1) })
  const missing = await ci(project)
  expect(missing.exitCode).toBe(1)
  expect(missing.output).toMatch(/has no baseline at .*vitest bench -u/)
  expect(missing.output).toMatch(/Tests {2}1 failed \| 1 skipped/)
  expect(project.has(BASELINE)).toBe(false)

  const first = await project.bench()
  expect(first.exitCode).toBe(0)
  expect(first.output).toContain(`baseline accepted: 13 trials are the baseline from now on`)
  expect(JSON.parse(project.read(BASELINE)).trials).toHaveLength(13)

  // A new version is compared, and says with what.
  project.write({ [FILE]: matrix(1, '0.4.2') })
  const same = await ci(project)
  expect(same.exitCode).toBe(0)
  const change = 'vllm 0.4.1 -> 0.4.2'
  expect(same.output).toContain(`new-version: compared with a baseline of another version: ${change}`)
  for (const file of ['report.md', 'report.html', 'junit.xml']) {
    expect(project.read(`bench-results/${file}`).replaceAll('\\', '').replaceAll('&gt;', '>')).toContain(change)
  }
  expect(same.output).toContain('5 gates: 5 pass, 0 inconclusive, 0 FAIL; chance of any false FAIL at most 5 %')
  expect(gatesOf(project).map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => 'pass'))

  project.write({ [FILE]: matrix(1.3, '0.5.0') })
  const slower = await ci(project)
  expect(slower.exitCode).toBe(1)
  expect(project.junit()[0]?.failure).toMatch(/slower, limit 5% \(vllm 0\.4\.1 -> 0\.5\.0\)/)
  expect(slower.output).toContain('FAIL; chance of any false FAIL at most 5 %')
  expect(project.report().failedCases).toEqual([])

  // Where only a file of another name is there, nothing is recorded in its place, in CI or out of it.
  const accepted = project.read(BASELINE)
  project.write({ [OLDER]: accepted })
  rmSync(join(project.folder, BASELINE))
  const renamed = await project.bench()
  expect(renamed.exitCode).toBe(1)
  expect(renamed.output.replace(/\s+/g, ' ')).toContain(
    `has no baseline at ${BASELINE}, and ${OLDER} is one of the same case (vllm 0.4.1, model meta-llama/Meta-Llama-3-8B-Instruct). Rename that file`,
  )
  expect(project.has(BASELINE)).toBe(false)

  expect((await project.bench(['-u'])).exitCode).toBe(0)
  expect((await ci(project)).exitCode).toBe(0)
})

test('5 % slower fails with one message for the case, in every report with its interval', TIMEOUT, async () => {
  const project = await accepted()
  project.write({ [FILE]: matrix(1.05) })
  const { exitCode, output } = await ci(project)
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Tests {2}1 failed \| 1 passed/)
  expect(output).toMatch(
    /BenchError: chat > vllm 0\.4\.1 > 2 req\/s got worse: .*TPOT typical \+\d\.\d% \(90% CI \+.* to \+.*, 5 fresh pairs, Holm p = .* suspects\): slower, limit 5%/s,
  )
  expect(output).toMatch(/❯ bench\/chat\.bench\.ts:3:1/)
  const told = /TPOT typical \+\d\.\d% \(90% CI/
  expect(
    gatesOf(project)
      .filter(({ verdict }) => verdict === 'fail')
      .map((verdict) => inWords(verdict).message),
  ).toContainEqual(expect.stringMatching(told))
  const failed = project.junit().filter(({ failure }) => failure !== null)
  expect(failed.map(({ name }) => name)).toEqual(['chat > vllm 0.4.1 > 2 req/s'])
  expect(failed[0]?.failure).toMatch(told)
  for (const file of ['report.md', 'report.html']) expect(project.read(`bench-results/${file}`)).toMatch(/TPOT typical/)
})

test('what got faster passes, and is told', TIMEOUT, async () => {
  const project = await accepted()
  project.write({ [FILE]: matrix(0.9) })
  const { exitCode, output } = await ci(project)
  expect(exitCode).toBe(0)
  expect(output).toMatch(/✓ vllm 0\.4\.1 base, 2 req\/s: TPOT typical -1\d\.\d% .*faster by at\s+least/)
  expect(output).toMatch(/0 FAIL \(5 improved\)/)
  expect(project.read('bench-results/report.md')).toMatch(/### Improved or accepted\n\n- vllm/)
})

test('another workload, an older format, and too few trials are refused, and say why', TIMEOUT, async () => {
  const cases = (loads: Record<string, string>): string => `
import { constant, expect, test, vllm } from ${ENTRY}
const target = vllm()
${Object.entries(loads)
  .map(
    ([name, load]) =>
      `test('${name}', async ({ load }) => { expect(await load({ target, requestRate: 2, ${load} })).toMatchBaseline() })`,
  )
  .join('\n')}`
  const good = 'numPrompts: 20, trials: 3'
  const project = await accepted(cases({ count: good, gaps: good, old: good, few: good, many: good }))
  project.write({
    [FILE]: cases({
      count: 'numPrompts: 19, trials: 3',
      gaps: `${good}, arrival: constant()`,
      old: good,
      few: 'numPrompts: 20, trials: 2',
      many: 'numPrompts: 20, trials: 9',
    }),
    'bench/__baselines__/chat.bench.old_-_vllm_Meta-Llama-3-8B-Instruct.json':
      '{"schema":"vitest-llm-bench/baseline@1","runs":[]}',
  })
  const { exitCode, output } = await ci(project)
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Tests {2}5 failed/)
  expect(output).toMatch(/"count" cannot be compared with its baseline: the number of requests is 19 and was 20/)
  expect(output).toMatch(/"gaps" cannot be compared .*the workload is \w{12} and was \w{12}/)
  expect(output).toMatch(/old_-_vllm_Meta-Llama-3-8B-Instruct\.json is of an older format.*`vitest bench -u`/)
  expect(output).toMatch(/few has 2 of the 3 trials that a baseline needs/)
  expect(output).toMatch(/Set `baselineTrials` .* to 14 or more/)
  expect(output).not.toMatch(/gates?:/)
})

test('without describeServing, and with the last test filtered out, the file decides', TIMEOUT, async () => {
  const own = (slowdown: number): string => `
import { expect, test, vllm } from ${ENTRY}
test('own', async ({ load }) => {
  expect(await load({ target: vllm.simulated({ slowdown: ${slowdown} }), requestRate: 2, numPrompts: 100, trials: 3 })).toMatchBaseline()
})`
  const project = await accepted(own(1))
  project.write({ [FILE]: own(1.3) })
  const { exitCode, output } = await ci(project)
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Failed Suites 1/)
  expect(output).toMatch(/BenchError: own got worse: TTFT typical/)
  expect(project.report().failedCases).toEqual([])
  expect(project.junit()).toMatchObject([{ name: 'own', failure: expect.stringMatching(/TTFT typical/) }])

  project.write({ [FILE]: matrix(1) })
  expect((await project.bench()).exitCode).toBe(0)
  project.write({ [FILE]: matrix(1.3) })
  const filtered = await ci(project, ['-t', '2 req'])
  expect(filtered.exitCode).toBe(1)
  expect(filtered.output).toMatch(/2 req\/s got worse/)
})

test('margins are the limits, and bench files share the chance of a false failure', TIMEOUT, async () => {
  const project = await accepted()
  project.write({ 'bench/other.bench.ts': matrix(1) })
  expect((await project.bench()).exitCode).toBe(0)
  const config = project.read('vitest.config.ts')
  const wide = '{ "TTFT typical": 0.5, "TTFT tail": 0.5, "TPOT typical": 0.5, "TPOT tail": 0.5, "E2E typical": 0.5 }'
  project.write({
    'vitest.config.ts': config.replace('Bench()', `Bench({ margins: ${wide} })`),
    [FILE]: matrix(1.1),
    'bench/other.bench.ts': matrix(1.1),
  })
  const { exitCode, output } = await ci(project)
  expect(exitCode).toBe(0)
  expect(output).toContain('10 gates: 10 pass, 0 inconclusive, 0 FAIL; chance of any false FAIL at most 5 %')

  project.write({ 'vitest.config.ts': config.replace('Bench()', 'Bench({ margins: { TPOT: 0.5 } })') })
  expect((await ci(project)).output).toMatch(/The option margins has no option "TPOT"/)
  project.write({ 'vitest.config.ts': config.replace('Bench()', 'Bench({ baselineTrials: 3 })') })
  expect((await ci(project)).output).toMatch(
    /The option baselineTrials of servingBench\(\) is 3\. It must be a whole number from 8/,
  )
})

/** A server that answers the requests of these numbers, from 1, after 300 ms, and the others with 500. */
async function listening(answers: (request: number) => boolean): Promise<string> {
  let requests = 0
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
    if (!answers((requests += 1))) return void response.writeHead(500).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const first = 'data: {"choices":[{"text":" word","finish_reason":null}]}\n\n'
    const last =
      'data: {"choices":[{"text":" word","finish_reason":"length"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}\n\n'
    setTimeout(() => response.write(first), 200)
    setTimeout(() => response.end(last), 300)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const SERVED = `
import { describeServing, fixedLengths, vllm } from ${ENTRY}
const load = { numPrompts: 10, warmup: false, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
describeServing('served', { targets: [vllm()], requestRates: [Infinity], load, baseline: true })`

test('where nothing is answered, or no more, nothing is accepted and nothing passes', TIMEOUT, async () => {
  const project = benchProject({ [FILE]: SERVED })
  const dead = await project.bench(['-u'], { VLLM_URL: await listening(() => false) })
  expect(dead.exitCode).toBe(1)
  expect(dead.output).toMatch(/no request has it on both sides/)
  // The three trials of ten requests are answered; the further ones of the baseline are not.
  const dying = await project.bench(['-u'], { VLLM_URL: await listening((request) => request <= 30) })
  expect(dying.exitCode).toBe(1)
  expect(project.has('bench/__baselines__')).toBe(false)
  expect(gatesOf(project).filter(({ verdict }) => verdict === 'pass')).toEqual([])
})
