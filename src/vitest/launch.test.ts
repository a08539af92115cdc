import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isAlive } from '../server/process-tree.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

const FAKE_SERVER = fileURLToPath(new URL('../server/fake-server.testkit.ts', import.meta.url))

/** The beginning of every bench file here: a launch of the fake server, and a load of a few requests. */
const PRELUDE = `
import { describeServing, test, expect, fixedLengths, vllm, lmdeploy } from ${ENTRY}
const launch = (...args) => ({ command: [process.execPath, ${JSON.stringify(FAKE_SERVER)}, '--port', '{port}', '--children', ...args], healthPath: '/health' })
// The fake server answers within a millisecond, beside which any client is late: a cap of concurrency excuses it.
const load = { numPrompts: 8, maxConcurrency: 8, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
`

test(
  'servers are started, watched, explained and stopped; a lost one costs only its own cases',
  { timeout: 180_000 },
  async () => {
    const project = benchProject({
      // Ready after one answer, then four of eight requests: the other four find nobody.
      'bench/a.bench.ts': `${PRELUDE}
describeServing('dies', {
  targets: [vllm({ launch: launch('--die-after', '5') }), lmdeploy({ launch: launch() })],
  requestRates: [20, 40],
  load,
  slo: { errorRate: 0 },
})`,
      'bench/b.bench.ts': `${PRELUDE}
const target = vllm({ version: 'broken', launch: launch('--die-loading', 'error: unrecognized arguments: --planted-flag') })
test('first of a broken server', async ({ load: run }) => { await run({ ...load, target, requestRate: 20 }) })
test('second of a broken server', async ({ load: run }) => { await run({ ...load, target, requestRate: 20 }) })`,
      'bench/c.bench.ts': `${PRELUDE}
const target = () => vllm({ version: 'shared', apiKey: 'planted-secret', launch: launch('--api-key', 'planted-secret') })
for (const name of ['one', 'two']) test(name, async ({ load: run }) => {
  const { completed, failed } = await run({ ...load, target: target(), requestRate: 20 })
  expect([completed > 0, failed]).toEqual([true, 0])
})`,
    })
    const { exitCode, output } = await project.bench([], { CUDA_VISIBLE_DEVICES: '' })
    expect(exitCode).toBe(1)

    const { cases, failedCases } = project.report()
    const death =
      /^vllm exited with code 1 in "dies > vllm > 20 req\/s": torch\.cuda\.OutOfMemoryError: CUDA out of memory/
    const [died] = cases
    expect(died?.metrics.failed).toBeGreaterThan(0)
    expect(died?.verdicts).toContainEqual(
      expect.objectContaining({ kind: 'server', verdict: 'fail', facts: expect.stringMatching(death) }),
    )
    expect(Object.fromEntries(failedCases.map((one) => [one.case, one.message]))).toMatchObject({
      'dies > vllm > 40 req/s': expect.stringMatching(/^vllm was lost in "dies > vllm > 20 req\/s": vllm exited/),
      'first of a broken server': expect.stringMatching(
        /^vllm broken exited with code 1 while it was loading: error: unrecognized arguments: --planted-flag\. .*--help[\s\S]*lines of bench-results\/logs\/vllm-broken\.log:/,
      ),
      'second of a broken server': expect.stringMatching(/lost in "first of a broken server"/),
    })
    expect(
      cases.filter(({ target }) => target.framework === 'lmdeploy').map(({ metrics }) => metrics.completed),
    ).toEqual([8, 8])
    expect(cases.every(({ target }) => !target.simulated && target.url?.startsWith('http://127.0.0.1:') === true)).toBe(
      true,
    )

    const failures = project.junit().map(({ failure, error }) => failure ?? error)
    expect(failures.filter((text) => text !== null)).toHaveLength(4)
    expect(failures).toContainEqual(
      expect.stringMatching(/CUDA out of memory[\s\S]*The last \d+ lines of bench-results\/logs\/vllm\.log/),
    )
    expect(output).toMatch(/nvidia-smi/)

    const logs = ['vllm', 'lmdeploy', 'vllm-broken', 'vllm-shared'].map((name) =>
      project.read(`bench-results/logs/${name}.log`),
    )
    // Once for both cases, and ended when they were over.
    expect(logs[3]?.match(/INFO ready/g)).toHaveLength(1)
    expect(logs[3]).toMatch(/SIGTERM: leaving/)
    const children = logs.flatMap((log) => [...log.matchAll(/INFO child (\d+)/g)].map(([, pid]) => Number(pid)))
    expect(children).toHaveLength(8)
    // The reaper of a server that ended by itself may still be at its children when the bench is over.
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 30_000, interval: 100 })
    const files = ['report.json', 'junit.xml', 'report.md', 'report.html'].map((file) =>
      project.read(`bench-results/${file}`),
    )
    for (const text of [output, ...logs, ...files]) expect(text).not.toContain('planted-secret')
  },
)

test('a load whose server has died is not sent to its end', { timeout: 60_000 }, async () => {
  const project = benchProject({
    // Ten minutes of it, if nobody noticed.
    'bench/long.bench.ts': `${PRELUDE}
describeServing('long', {
  targets: [vllm({ launch: launch('--die-after', '3') })],
  requestRates: [1],
  load: { ...load, numPrompts: 600, warmup: false },
  slo: { errorRate: 0 },
})`,
  })
  const { exitCode, output } = await project.bench([], { CUDA_VISIBLE_DEVICES: '' })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/BenchError: vllm exited with code 1 in "long > vllm > 1 req\/s": .*CUDA out of memory/)
  const [run] = project.report().cases
  expect(run?.doubts).toContainEqual(expect.objectContaining({ code: 'aborted' }))
  expect(run?.verdicts).toContainEqual(expect.objectContaining({ kind: 'server', verdict: 'fail' }))
  // That it was cut short, and whatever the client did then, follows from that.
  expect(project.junit()[0]?.failure).toMatch(/^server: vllm exited with code 1/)
  expect(output).toContain('1 case: 1 fail')
})

test(
  'a server by URL whose engine is wedged fails its case by its requests, and its next cases at once',
  { timeout: 60_000 },
  async () => {
    const posts: (string | undefined)[] = []
    const wedged = createServer((request, response) => {
      if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
      posts.push(request.headers.authorization)
    })
    wedged.listen(0, '127.0.0.1')
    await once(wedged, 'listening')
    onTestFinished(() => {
      wedged.close()
      wedged.closeAllConnections()
    })
    const project = benchProject({
      'bench/wedged.bench.ts': `
import { describeServing, fixedLengths, lmdeploy, vllm } from ${ENTRY}
describeServing('wedged', {
  targets: [vllm(), lmdeploy()],
  requestRates: [20, 40],
  load: { numPrompts: 4, warmup: 0, timeouts: { firstByte: 500 }, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) },
  slo: { errorRate: 0 },
})`,
    })
    const { port } = wedged.address() as AddressInfo
    const { exitCode, output } = await project.bench([], { VLLM_URL: `http://bob:planted-password@127.0.0.1:${port}` })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/Tests {2}2 failed \| 2 passed/)
    const lost = /^vllm at http:\/\/127\.0\.0\.1:\d+ no longer answers a request for one token within 0\.5 s/
    expect(project.report().cases[0]?.verdicts).toContainEqual(
      expect.objectContaining({ kind: 'server', verdict: 'fail', facts: expect.stringMatching(lost) }),
    )
    expect(project.report().failedCases).toMatchObject([
      { message: expect.stringMatching(/^vllm was lost in "wedged > vllm 0\.4\.1 > 20 req\/s"/) },
    ])
    // The load and the probe of the first case; the second sent nothing.
    expect(posts).toHaveLength(5)
    expect(new Set(posts)).toEqual(new Set([`Basic ${Buffer.from('bob:planted-password').toString('base64')}`]))
    const files = ['report.json', 'junit.xml', 'report.md', 'report.html'].map((file) =>
      project.read(`bench-results/${file}`),
    )
    for (const text of [output, ...files]) {
      expect(text).not.toContain('planted-password')
      expect(text).not.toContain(Buffer.from('bob:planted-password').toString('base64'))
    }
  },
)
