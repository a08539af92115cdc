import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { inWords } from '../verdict/words.ts'
import { benchProject, ENTRY, INTERACTIVE, STUDY } from './run-bench.testkit.ts'

const CHAT = `
import { describeServing, vllm, lmdeploy } from ${ENTRY}
describeServing('chat', {
  targets: [vllm(), lmdeploy()],
  requestRates: [1, 2],
  load: { numPrompts: 60 },
  slo: { ttft: { p99: 600 }, errorRate: 0 },
})`

test('a matrix whose objectives hold exits 0 with table, JSON, JUnit and Markdown', { timeout: 60_000 }, async () => {
  const project = benchProject({ 'bench/chat.bench.ts': CHAT })
  const { exitCode, output } = await project.bench([], { GITHUB_STEP_SUMMARY: join(project.folder, 'summary.md') })
  expect(project.read('summary.md')).toContain(project.read('bench-results/report.md'))
  expect(output).toMatch(/Tests {2}4 passed/)
  expect(exitCode).toBe(0)
  expect(output).toMatch(/vllm 0\.4\.1/)
  expect(output).toMatch(/lmdeploy 0\.4\.0/)
  // Once, however many cases there are, and before any of them ends.
  const notice = 'vllm 0.4.1 is simulated, because no server is given: set VLLM_URL to bench one'
  expect(output.split(notice)).toHaveLength(2)
  expect(output.indexOf(notice)).toBeLessThan(output.indexOf('✓'))

  const { cases, failedCases } = project.report()
  expect(failedCases).toEqual([])
  expect(cases.map(({ target, load }) => [target.framework, load.requestRate, target.simulated])).toEqual([
    ['vllm', 1, true],
    ['vllm', 2, true],
    ['lmdeploy', 1, true],
    ['lmdeploy', 2, true],
  ])
  // The same stimulus for both frameworks.
  expect(cases[0]?.trials[0]?.digest).toBe(cases[2]?.trials[0]?.digest)
  expect(cases.every(({ metrics }) => metrics.completed === 60)).toBe(true)

  const junit = project.junit()
  expect(junit).toHaveLength(4)
  expect(new Set(junit.map(({ suite }) => suite)).size).toBe(2)
  expect(junit.every(({ failure, error }) => failure === null && error === null)).toBe(true)
  expect(Number(junit[0]?.properties['ttft.p99'])).toBeCloseTo(cases[0]?.metrics.ttft?.p99 ?? Number.NaN, 1)
  expect(project.read('bench-results/report.md')).toMatch(/P99 TTFT/)
})

test('a file whose tests are all filtered out does not end the run of the others', { timeout: 60_000 }, async () => {
  const other = CHAT.replace("'chat'", "'other'")
  const project = benchProject({ 'bench/a.bench.ts': other, 'bench/b.bench.ts': CHAT, 'bench/c.bench.ts': other })
  const { exitCode, output } = await project.bench(['-t', 'chat'])
  expect(output).toMatch(/Tests {2}4 passed \| 8 skipped/)
  expect(output).not.toContain('SIGINT')
  expect(exitCode).toBe(0)
})

test(
  'LLM_BENCH_SLO replaces every SLO: exit 1, and each broken case is named once in table and JUnit',
  { timeout: 60_000 },
  async () => {
    const project = benchProject({ 'bench/chat.bench.ts': CHAT })
    const { exitCode, output } = await project.bench([], { LLM_BENCH_SLO: 'ttft.p50<1, e2eLatency.p99<1' })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/4 failed/)
    const junit = project.junit()
    expect(junit.map(({ failure }) => failure)).toEqual(
      Array(4).fill(expect.stringMatching(/ttft\.p50[\s\S]*e2eLatency\.p99/)),
    )
    expect(project.report().failedCases).toEqual([])
    expect(
      project.report().cases.every(({ verdicts }) => verdicts.filter(({ verdict }) => verdict === 'fail').length === 2),
    ).toBe(true)
    // The frame shown is the bench file's, not one of this package.
    expect(output).toMatch(/❯ bench\/chat\.bench\.ts:3/)
  },
)

test('engines that are 30 % slower turn the study red', { timeout: 120_000 }, async () => {
  const project = benchProject({
    'bench/study.bench.ts': `
import { describeServing, vllm } from ${ENTRY}
import { interactive } from ${INTERACTIVE}
import { studyLoad } from ${STUDY}
for (const slowdown of [1, 1.3]) {
  describeServing('study x ' + slowdown, { targets: [vllm.simulated({ slowdown })], requestRates: [5], load: studyLoad, slo: interactive })
}`,
  })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Tests {2}1 failed \| 1 passed/)
  // Who asks for the simulation is not told of it.
  expect(output).not.toContain('is simulated, because')
  expect(project.junit().map(({ name, failure }) => [name.includes('1.3'), failure !== null])).toEqual([
    [false, false],
    [true, true],
  ])
})

test(
  'the trials of a case have their own seeds and reports, and one row and verdict',
  { timeout: 60_000 },
  async () => {
    const project = benchProject({
      'bench/trials.bench.ts': `
import { describeServing, expect, vllm } from ${ENTRY}
describeServing('t', { targets: [vllm()], requestRates: [2], load: { numPrompts: 30, trials: 3, seed: 7 }, slo: { ttft: { p90: 1000 } } }, (run) => {
  expect(run.completed).toBe(90)
  expect(run.records).toHaveLength(90)
  const { trials } = run.report
  expect(trials.map(({ metrics }) => metrics.completed)).toEqual([30, 30, 30])
  expect(run.ttft.max).toBe(Math.max(...trials.map(({ metrics }) => metrics.ttft.max)))
  expect(run.durationMs).toBeCloseTo(trials.reduce((sum, { metrics }) => sum + metrics.durationMs, 0))
})`,
    })
    const { exitCode, output } = await project.bench()
    expect(output).toMatch(/1 case: 1 pass/)
    expect(output).toMatch(/3 trials of 30 requests, pooled/)
    expect(exitCode).toBe(0)
    const { cases } = project.report()
    expect(cases).toMatchObject([{ load: { seed: 7, trials: 3 }, verdicts: [{ verdict: 'pass' }] }])
    const trials = cases[0]?.trials ?? []
    expect(trials.map(({ trial, seed }) => [trial, seed])).toEqual([
      [0, 7],
      [1, 8],
      [2, 9],
    ])
    expect(new Set(trials.map(({ digest }) => digest)).size).toBe(3)
    // Gaps between tokens are in no column of a report: what all trials together had is counted where they were measured.
    expect(Number(project.junit()[0]?.properties['itl.p99'])).toBeCloseTo(cases[0]?.metrics.itl?.p99 ?? Number.NaN, 1)
    expect(project.junit()).toMatchObject([{ failure: null, error: null, properties: { completed: '90' } }])
  },
)

test('what cannot be shown passes loudly, and fails where that is asked for', { timeout: 120_000 }, async () => {
  // 60 requests can never show a P99; the P50 of 25 ms would need more requests than there are, or is refuted.
  const project = benchProject({
    'bench/open.bench.ts': `
import { describeServing, test, expect, vllm } from ${ENTRY}
const load = { numPrompts: 60 }
describeServing('open', { targets: [vllm()], requestRates: [1], load, slo: { ttft: { p99: 5000 }, errorRate: 0 } })
describeServing('strict', { targets: [vllm()], requestRates: [1], load, slo: { ttft: { p99: 5000 }, inconclusive: 'fail' } })
test('asserted', async ({ load }) => {
  expect(await load({ target: vllm(), requestRate: 1, numPrompts: 60 })).toMeetSlo({ ttft: { p99: 5000 }, inconclusive: 'fail' })
})`,
  })
  const warned = await project.bench(['-t', 'open'])
  expect(warned.exitCode).toBe(0)
  expect(warned.output).toMatch(/vllm 0\.4\.1, 1 req\/s: 60 requests cannot show a P99 \(needs 299\)/)
  expect(warned.output).toMatch(/1 case: 1 inconclusive/)
  expect(warned.output).toMatch(/\? inconclusive/)
  expect(warned.output).toMatch(/1 inconclusive: neither shown nor refuted/)
  expect(project.report().cases[0]?.verdicts.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass'])
  expect(project.junit()).toMatchObject([{ failure: null, error: null }])

  const strict = await project.bench(['-t', 'strict|asserted'])
  expect(strict.exitCode).toBe(1)
  expect(strict.output).toMatch(/strict.* was not sent: 60 requests cannot show a P99 \(needs 299\)/)
  expect(project.report().failedCases).toHaveLength(1)
  expect(project.report().cases.map(({ verdicts }) => verdicts[0]?.verdict)).toEqual(['fail'])
  expect(project.junit().find(({ name }) => name === 'asserted')?.failure).toMatch(/inconclusive, which is set to fail/)

  const everywhere = await project.bench(['-t', 'open'], { LLM_BENCH_INCONCLUSIVE: 'fail' })
  expect(everywhere.exitCode).toBe(1)
})

test(
  'a queue that grows certifies no percentile, and what a test expects to fail fails in no report',
  { timeout: 60_000 },
  async () => {
    const project = benchProject({
      'bench/queue.bench.ts': `
import { describeServing, test, expect, vllm } from ${ENTRY}
describeServing('queue', { targets: [vllm()], requestRates: [1, 9], load: { numPrompts: 600 }, slo: { ttft: { p50: 1e6 } } })
test.fails('too slow, as we know', async ({ load }) => {
  expect(await load({ target: vllm(), requestRate: 20, numPrompts: 20 })).toMeetSlo({ ttft: { p50: 1 } })
})`,
    })
    const { exitCode } = await project.bench()
    expect(exitCode).toBe(0)
    expect(
      project.report().cases.flatMap(({ verdicts }) => ({ ...verdicts[0], ...inWords(verdicts[0]!) })),
    ).toMatchObject([
      { verdict: 'pass' },
      {
        verdict: 'inconclusive',
        message: expect.stringMatching(/queue still growing \(.* pile up; stable at 1 req\/s\)/),
      },
      {
        verdict: 'inconclusive',
        message: expect.stringMatching(/\(The test passed all the same: it expects a failure, or caught this one\.\)/),
      },
    ])
    expect(project.junit().every(({ failure, error }) => failure === null && error === null)).toBe(true)
  },
)

test('retries of a judged case are refused, because any attempt could pass', { timeout: 60_000 }, async () => {
  const project = benchProject({
    'bench/retry.bench.ts': `
import { describe } from 'vitest'
import { describeServing, test, expect, vllm } from ${ENTRY}
const L = { target: vllm(), requestRate: 2, numPrompts: 20 }
describe('retried', { retry: 2 }, () => {
  describeServing('matrix', { targets: [vllm()], requestRates: [2], load: { numPrompts: 20 }, slo: { errorRate: 0 } })
  test('asserted', async ({ load }) => { expect(await load(L)).toMeetSlo({ errorRate: 0 }) })
  test('baseline', async ({ load }) => { expect(await load(L)).toMatchBaseline() })
  test('not judged', async ({ load }) => { await load(L) })
})`,
  })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Tests {2}3 failed \| 1 passed/)
  expect(output).toMatch(/judged in a test that Vitest may retry \(2\), and would pass if any attempt passed/)
  expect(output).toMatch(/Set `retry: 0` for it, and give the load `trials` instead/)
})

// In virtual time client and engine share a thread: what is asked for with `threads` changes nothing there.
test('the same seed gives the same runs in any worker, but for times and host', { timeout: 60_000 }, async () => {
  const threaded = CHAT.replaceAll('numPrompts:', 'threads: 2, numPrompts:')
  const project = benchProject({ 'bench/a.bench.ts': CHAT, 'bench/b.bench.ts': threaded })
  await project.bench()
  const cases = project.report().cases.map(({ environment: _environment, ...rest }) => rest)
  const twins = [...Map.groupBy(cases, (one) => one.case).values()]
  expect(twins.map(({ length }) => length)).toEqual([2, 2, 2, 2])
  for (const [first, second] of twins) expect(second).toEqual(first)
})

test(
  'with VLLM_URL the same file benches a server over HTTP and its report names the URL',
  { timeout: 60_000 },
  async () => {
    const server = await startSimulatedServer({
      profile: findProfile('vllm', 'base'),
      clock: createRealClock(),
      port: 0,
      seed: 0,
    })
    onTestFinished(() => server.close())
    const project = benchProject({
      'bench/real.bench.ts': `
import { describeServing, fixedLengths, vllm } from ${ENTRY}
describeServing('real', { targets: [vllm()], requestRates: [8, Infinity], load: { numPrompts: 12, maxConcurrency: 4, warmup: 3, threads: 2, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }, slo: { errorRate: 0 } })`,
    })
    const { output } = await project.bench([], {
      VLLM_URL: server.url,
      LLM_BENCH_API_KEY: 'planted-secret',
    })
    expect(output).not.toMatch(/planted-secret/)
    const [run] = project.report().cases
    // All at once has no schedule that a client on a busy machine could be late by.
    expect(project.junit()[1]).toMatchObject({
      name: expect.stringContaining('all at once'),
      failure: null,
      error: null,
      properties: { completed: '12' },
    })
    expect(run?.target).toMatchObject({ url: server.url, simulated: false })
    // The warm-up is in no number, nor is what filled the batch; the request columns have every request but the warm-up.
    const trimmed = run?.validity.warmup.trimmed ?? Number.NaN
    expect(trimmed).toBeGreaterThan(0)
    expect(output).toContain(
      `real > vllm 0.4.1 > 8 req/s: 3 requests warmed the server up; then ${trimmed} fill its batch; then 12 count`,
    )
    expect(run?.validity).toMatchObject({ client: { threads: 2 }, warmup: { sent: 3, failed: 0 } })
    expect(run?.trials[0]?.requests.count).toBe(12 + trimmed)
    expect(run?.metrics).toMatchObject({ completed: 12, failed: 0, outputTokens: 60 })
    const codes = run?.doubts.map(({ code }) => code)
    expect(codes).not.toContain('simulated')
    expect(codes).toContain('not-calibrated')
    for (const file of ['report.json', 'junit.xml', 'report.md']) {
      expect(project.read(`bench-results/${file}`)).not.toMatch(/planted-secret/)
    }
  },
)

test(
  'bad input fails its own case with the thing and the remedy, and leaves the other results intact',
  { timeout: 60_000 },
  async () => {
    const forbidding = createServer((_request, response) => response.writeHead(401).end('{"error":"Unauthorized"}'))
    forbidding.listen(0, '127.0.0.1')
    await once(forbidding, 'listening')
    onTestFinished(() => void forbidding.close())
    const server = await startSimulatedServer({
      profile: findProfile('vllm', 'base'),
      clock: createRealClock(),
      port: 0,
      seed: 0,
      model: 'llama',
    })
    onTestFinished(() => server.close())
    const project = benchProject({
      'bad.jsonl': '{"prompt":"a b c d e","completion":"f g h i j"}\n{"prompt": oops}\n',
      'textless.json': '[{"conversations":[{"from":"human"},{"from":"gpt","value":"x"}]}]',
      'bench/bad.bench.ts': `
import { test, expect, fixedLengths, jsonl, sharegpt, vllm } from ${ENTRY}
const good = { target: vllm(), requestRate: 2, numPrompts: 5, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
test('good', async ({ load }) => { expect(await load(good)).toMeetSlo({ errorRate: 0 }) })
test('missing dataset', async ({ load }) => { await load({ ...good, dataset: sharegpt({ path: 'nowhere.json' }) }) })
test('malformed line', async ({ load }) => { await load({ ...good, dataset: jsonl({ path: 'bad.jsonl' }) }) })
test('row without text', async ({ load }) => { await load({ ...good, dataset: sharegpt({ path: 'textless.json' }) }) })
test('unreachable', async ({ load }) => { await load({ ...good, target: vllm({ url: 'http://127.0.0.1:9' }) }) })
test('unauthorised', async ({ load }) => { await load({ ...good, target: vllm({ url: 'http://127.0.0.1:${(forbidding.address() as AddressInfo).port}' }) }) })
test('unknown model', async ({ load }) => { await load({ ...good, target: vllm({ url: '${server.url}', model: 'nope' }) }) })
test('typo', async ({ load }) => { expect(await load(good)).toMeetSlo({ tfft: { p99: 1 } }) })
test('empty slo', async ({ load }) => { expect(await load(good)).toMeetSlo({}) })
test('negative rate', async ({ load }) => { await load({ ...good, requestRate: -1 }) })
test('zero prompts', async ({ load }) => { await load({ ...good, numPrompts: 0 }) })
`,
    })
    const { exitCode, output } = await project.bench()
    expect(exitCode).toBe(1)
    const failed = Object.fromEntries(project.report().failedCases.map((one) => [one.case, one.message]))
    expect(failed).toMatchObject({
      'missing dataset': expect.stringMatching(/nowhere\.json/),
      'malformed line': expect.stringMatching(/bad\.jsonl.*2/),
      'row without text': expect.stringMatching(/textless\.json/),
      unreachable: expect.stringMatching(/127\.0\.0\.1:9/),
      unauthorised: expect.stringMatching(/401[\s\S]*LLM_BENCH_API_KEY/),
      'unknown model': expect.stringMatching(/nope.*llama/),
      'negative rate': expect.stringContaining('requestRate of a load is -1'),
      'zero prompts': expect.stringContaining('numPrompts of a load is 0'),
    })
    const junit = project.junit()
    expect(junit.filter(({ error }) => error !== null)).toHaveLength(8)
    // These two did run; their objectives are what is wrong.
    const misjudged = junit.filter(({ failure }) => failure !== null)
    expect(Object.fromEntries(misjudged.map(({ name, failure }) => [name, failure]))).toEqual({
      typo: expect.stringMatching(/tfft[\s\S]*ttft/),
      'empty slo': expect.stringMatching(/no objective/),
    })
    const good = junit.find(({ name }) => name.includes('good'))
    expect(good).toMatchObject({ failure: null, error: null })
    for (const name of Object.keys(failed)) expect(output).toContain(name)
  },
)

test('two shards as blobs merge into the whole table, reports and exit code', { timeout: 60_000 }, async () => {
  const one = (framework: string): string => `
import { describeServing, ${framework} } from ${ENTRY}
describeServing('m', { targets: [${framework}()], requestRates: [2], load: { numPrompts: 30 }, slo: { ttft: { p50: ${framework === 'vllm' ? 1 : 1000} } } })`
  const project = benchProject({ 'bench/a.bench.ts': one('vllm'), 'bench/b.bench.ts': one('lmdeploy') })
  await project.bench(['--shard=1/2', '--reporter=blob'])
  await project.bench(['--shard=2/2', '--reporter=blob'])
  const { exitCode, output } = await project.bench(['--merge-reports'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/vllm 0\.4\.1/)
  expect(output).toMatch(/lmdeploy 0\.4\.0/)
  expect(project.report().cases).toHaveLength(2)
  expect(project.junit().filter(({ failure }) => failure !== null)).toHaveLength(1)
})

// From one thread: kill.test.ts.
test(
  'SIGINT during a load from two threads ends it, exits 130 and keeps what was measured',
  { timeout: 60_000 },
  async () => {
    let answered = 0
    const server = createServer((request, response) => {
      if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"text":" word","finish_reason":null}]}\n\n')
      response.end(
        'data: {"choices":[{"text":" word","finish_reason":"length"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}\n\n',
      )
      answered += 1
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const project = benchProject({
      'bench/long.bench.ts': `
import { describeServing, fixedLengths, vllm } from ${ENTRY}
describeServing('long', { targets: [vllm()], requestRates: [10], load: { numPrompts: 5000, warmup: false, threads: 2, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }, slo: { errorRate: 0 } })`,
    })
    const child = project.start([], { VLLM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    const closed = once(child, 'close')
    // The server's own count says when the load is under way: no guess about start-up times.
    await vi.waitUntil(() => answered >= 5, { timeout: 30_000 })
    child.kill('SIGINT')
    const [exitCode] = await closed
    expect(exitCode).toBe(130)
    const [run] = project.report().cases
    expect(run?.metrics.completed).toBeGreaterThanOrEqual(5)
    expect(run?.validity.sentShare).toBeLessThan(1)
    expect(run?.doubts.map(({ code }) => code)).toContain('aborted')
  },
)

test(
  'micro-benchmarks run on tinybench and leave the reports of the last load run alone',
  { timeout: 60_000 },
  async () => {
    const project = benchProject({
      'bench-results/report.json': 'earlier',
      'bench/micro.bench.ts': `
import { test, expect } from ${ENTRY}
test('micro', async ({ bench }) => {
  const result = await bench('sum', { }, () => { let s = 0; for (let i = 0; i < 1000; i++) s += i; return s }).run({ time: 20 })
  expect(result.latency.mean).toBeGreaterThan(0)
})`,
    })
    const { exitCode, output } = await project.bench()
    expect(exitCode).toBe(0)
    expect(output).toMatch(/sum/)
    expect(project.read('bench-results/report.json')).toBe('earlier')
  },
)

test('the bench files of the README print what the README shows', { timeout: 60_000 }, async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [chat = '', , burst = ''] = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
  const shown = /<!-- output:chat -->\n```\n(.*?)```/s.exec(readme)?.[1] ?? 'nothing'
  const project = benchProject({
    'bench/chat.bench.ts': chat.replace("'vitest-llm-bench'", ENTRY),
    'bench/burst.bench.ts': burst.replace("'vitest-llm-bench'", ENTRY),
  })
  const { exitCode, output } = await project.bench(['chat'], { COLUMNS: '100' })
  expect(exitCode).toBe(1)
  expect(output).toContain(shown)
  expect((await project.bench(['burst'])).output).toMatch(/Tests {2}1 passed/)
})

test('nothing that went unjudged, unawaited or misspelt is green', { timeout: 60_000 }, async () => {
  const dead = createServer((request, response) =>
    request.method === 'GET' ? response.end('{"data":[{"id":"llama"}]}') : response.writeHead(503).end('overloaded'),
  )
  dead.listen(0, '127.0.0.1')
  await once(dead, 'listening')
  onTestFinished(() => void dead.close())
  const project = benchProject({
    'bench/holes.bench.ts': `
import { setTimeout } from 'node:timers/promises'
import { describeServing, test, expect, fixedLengths, vllm } from ${ENTRY}
const L = { target: vllm(), requestRate: 2, numPrompts: 5, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
const { target, requestRate, ...load } = L
const matrix = { targets: [target], requestRates: [requestRate], load, slo: { ttft: { p50: 1 } } }
describeServing('async check', matrix, async (run) => { await setTimeout(1); throw new Error(run.completed + ' were looked at') })
describeServing('check with a value', { ...matrix, slo: { errorRate: 0 } }, (run) => run.completed)
const dead = vllm({ url: 'http://127.0.0.1:${(dead.address() as AddressInfo).port}' })
test('dead and unjudged', async ({ load }) => { await load({ ...L, target: dead, requestRate: Infinity }) })
test('objectives where nothing is judged', async ({ load }) => { await load({ ...L, slo: { ttft: { p50: 1 } } }) })
test('not awaited', ({ load }) => { void load(L) })
test('rate from a string', async ({ load }) => { await load({ ...L, requestRate: '2' }) })
test('misspelt option', async ({ load }) => { await load({ ...L, maxConcurency: 1 }) })
test('misspelt time-out', async ({ load }) => { await load({ ...L, timeouts: { firstbyte: 5 } }) })
test('a billion requests', async ({ load }) => { await load({ ...L, numPrompts: 1e9 }) })
test('a month of load', async ({ load }) => { await load({ ...L, requestRate: 1e-9 }) })
test('negated', async ({ load }) => { expect(await load(L)).not.toMeetSlo({ ttft: { p99: 1 } }) })
test('no factor', async ({ load }) => { await load({ ...L, target: vllm.simulated({ slowdown: NaN }) }) })
test('judged', async ({ load }) => { expect(await load(L)).toMeetSlo({ errorRate: 0 }) })
`,
  })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Tests {2}11 failed \| 2 passed/)
  for (const reason of [
    /none of 5 requests completed \(http-status: HTTP 503: overloaded/,
    /A load was given an slo, and judges nothing\. Write expect\(run\)\.toMeetSlo\(slo\)/,
    /async check > vllm 0\.4\.1 > 2 req\/s: ttft\.p50 /,
    /assertion: 5 were looked at/,
    /ended while its load was still running/,
    /The option requestRate of a load is "2"/,
    /no option "maxConcurency"\. Did you mean "maxConcurrency"/,
    /timeouts of a load has no option "firstbyte"\. Did you mean "firstByte"/,
    /numPrompts of a load is 1000000000\. It must be: a whole number from 1 to 250000/,
    /would be due after .* days/,
    /not\.toMeetSlo\(\) would pass on a server that answers nothing/,
    /The slowdown of vllm is NaN/,
  ]) {
    expect(output).toMatch(reason)
  }
  // An assertion of the author stands in the reports beside the objectives.
  const checked = project.junit().find(({ name }) => name.includes('async check'))
  expect(checked?.failure).toMatch(/ttft\.p50[^]*5 were looked at/)
})

test('an empty variable fails every case instead of benching something else, and a misspelt one is told', async () => {
  const project = benchProject({ 'bench/chat.bench.ts': CHAT })
  const { exitCode, output } = await project.bench([], { LLM_BENCH_SLO: '', LLM_BENCH_TOKENISER: 'o200k_base' })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/LLM_BENCH_TOKENISER is no variable .* Did you mean "TOKENIZER"/)
  expect(output).toMatch(/Tests {2}4 failed/)
  expect(project.junit().map(({ error }) => error)).toEqual(
    Array.from({ length: 4 }, () => expect.stringContaining('LLM_BENCH_SLO is set, and empty')),
  )
})

/** A server whose answers have six tokens, 10 ms apart. */
async function pacedServer(): Promise<string> {
  const event = 'data: {"choices":[{"text":" word","finish_reason":null}]}\n\n'
  const last = 'data: {"choices":[{"text":" word","finish_reason":"length"}]}\n\ndata: [DONE]\n\n'
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let sent = 0
    const timer = setInterval(() => {
      if (++sent < 6) return void response.write(event)
      clearInterval(timer)
      response.end(last)
    }, 10)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test(
  'a client that does something else beside its load is measured, and its runs are invalid',
  { timeout: 60_000 },
  async () => {
    // A closed loop: nothing is late by a schedule, so that only the calibration can tell.
    const project = benchProject({
      'bench/client.bench.ts': `
import { describeServing, fixedLengths, vllm } from ${ENTRY}
if (process.env.BUSY === 'yes') setInterval(() => { const until = performance.now() + 30; while (performance.now() < until); }, 40)
const load = { numPrompts: 40, maxConcurrency: 4, warmup: false, dataset: fixedLengths({ promptTokens: 20, outputTokens: 6 }) }
describeServing('client', { targets: [vllm()], requestRates: [Infinity], load, slo: { e2eLatency: { p50: Number(process.env.LIMIT) }, errorRate: 0 } })`,
    })
    const env = { VLLM_URL: await pacedServer(), LLM_BENCH_CALIBRATE: '1' }
    const busy = await project.bench([], { ...env, BUSY: 'yes', LIMIT: '200' })
    expect(busy.exitCode).toBe(1)
    expect(busy.output).toMatch(/vllm, all at once is invalid: The client itself adds \d+\.\d\d ms at P99/)
    const [invalid] = project.report().cases
    expect(invalid?.verdicts.map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'validity invalid',
      'objective invalid',
      'objective invalid',
    ])
    expect(invalid?.doubts.map(({ code }) => code)).toContain('client-busy')
    expect(project.read('bench-results/report.md')).toMatch(/Client: adds up to \d/)

    // 5 % of ten minutes: on any machine the client is better than that.
    const { exitCode } = await project.bench([], { ...env, LIMIT: '600000' })
    expect(exitCode).toBe(0)
    const [run] = project.report().cases
    expect(run?.validity.client).toMatchObject({ notCalibrated: null, maxErrorShare: 0.05 })
    expect(run?.validity.client.calibration?.ttft.p99).toBeLessThan(30_000)
    expect(run?.validity.client.calibration?.streams).toBeGreaterThanOrEqual(run?.metrics.peakConcurrency ?? NaN)
  },
)

test('a key that the server sends back, or stands in a URL, is in no output', { timeout: 60_000 }, async () => {
  const echoing = createServer((request, response) =>
    request.method === 'GET'
      ? response.end('{"data":[{"id":"llama"}]}')
      : response.writeHead(503).end(`overloaded, ${request.headers.authorization}`),
  )
  echoing.listen(0, '127.0.0.1')
  await once(echoing, 'listening')
  onTestFinished(() => void echoing.close())
  const project = benchProject({
    'bench/echo.bench.ts': `
import { describeServing, test, fixedLengths, vllm } from ${ENTRY}
const dataset = fixedLengths({ promptTokens: 20, outputTokens: 5 })
describeServing('echo', { targets: [vllm()], requestRates: [20], load: { numPrompts: 3, dataset }, slo: { errorRate: 0 } })
test('no URL', async ({ load }) => { await load({ target: vllm({ url: 'http://bob:planted-secret@127.0.0.1:99999' }), requestRate: 1, numPrompts: 1, dataset }) })
test('another server', async ({ load }) => { await load({ target: vllm({ variant: 'awq' }), requestRate: 1, numPrompts: 1, dataset }) })`,
  })
  const { exitCode, output } = await project.bench([], {
    VLLM_URL: `http://127.0.0.1:${(echoing.address() as AddressInfo).port}`,
    LLM_BENCH_API_KEY: 'planted-secret',
  })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/overloaded, \*\*\*/)
  expect(output).toMatch(/VLLM_URL makes one of two targets: vllm 0\.4\.1 without a URL, and vllm 0\.4\.1 awq /)
  const files = ['report.json', 'junit.xml', 'report.md'].map((file) => project.read(`bench-results/${file}`))
  for (const text of [output, ...files]) expect(text).not.toContain('planted-secret')
})

test('a run in which no case matches is no pass, and leaves the earlier reports', { timeout: 60_000 }, async () => {
  const gated = CHAT.replace("'chat'", "'gated'").replace('slo:', 'baseline: true, slo:')
  const files = { 'bench/chat.bench.ts': CHAT, 'bench/gated.bench.ts': gated, 'bench-results/report.json': 'earlier' }
  const project = benchProject(files)
  const { output, exitCode } = await project.bench(['-t', 'regressions confirmed'])
  expect(output).toMatch(
    /None of the 8 cases ran: -t "regressions confirmed" matches none of them.*\n {2}chat > vllm 0\.4\.1 > 1 req/,
  )
  expect(output).toMatch(/No load was run: bench-results holds the reports of an earlier run/)
  expect(project.read('bench-results/report.json')).toBe('earlier')
  expect(exitCode).toBe(1)

  const shard = await project.bench(['--reporter=blob', '--shard=1/2', '-t', 'nothing-like-this'])
  expect(shard.exitCode).toBe(0)
  const merged = await project.bench(['--merge-reports'])
  expect(merged.output).toMatch(/None of the 4 cases ran/)
  expect(merged.exitCode).toBe(1)
})
