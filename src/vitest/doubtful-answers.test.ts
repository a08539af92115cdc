import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { listen } from '../simulator/listen.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { benchProject, CONFIG, ENTRY } from './run-bench.testkit.ts'

async function simulated(): Promise<string> {
  const profile = findProfile('vllm', 'base')
  const server = await startSimulatedServer({ profile, clock: createRealClock(), port: 0, seed: 0, model: 'llama' })
  onTestFinished(() => server.close())
  return server.url
}

/** A server in front of another that hands an answer over when it has ended. */
async function bufferingProxy(upstream: string): Promise<string> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray())
    const { method = 'GET', url = '/' } = request
    const answered = await fetch(`${upstream}${url}`, { method, ...(method === 'POST' && { body }) })
    response.statusCode = answered.status
    response.end(await answered.text())
  }
  const server = createServer((request, response) => void answer(request, response))
  onTestFinished(() => void server.close())
  return listen(server, '127.0.0.1', 0)
}

/** A server whose counters are broken: 16 tokens of one event each, and no count that could be true. */
async function broken(): Promise<string> {
  const tokens = Array.from({ length: 16 }, (_, i) => ({
    choices: [{ text: ' a', finish_reason: i === 15 ? 'length' : null }],
    ...(i === 15 && { usage: { prompt_tokens: 4_294_967_295, completion_tokens: 1e15 } }),
  }))
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
    response.end(tokens.map((token) => `data: ${JSON.stringify(token)}\n\n`).join(''))
  })
  onTestFinished(() => void server.close())
  return listen(server, '127.0.0.1', 0)
}

test('what answers cannot show is not judged, and no case takes the others with it', { timeout: 60_000 }, async () => {
  const project = benchProject({
    'bench/doubtful.bench.ts': `
import { expect, fixedLengths, test, vllm } from ${ENTRY}
const dataset = fixedLengths({ promptTokens: 20, outputTokens: 16 })
const send = (load, url) => load({ target: vllm({ url }), requestRate: Infinity, numPrompts: 12, maxConcurrency: 12, warmup: false, dataset })
test('one write', async ({ load }) => {
  const run = await send(load, ${JSON.stringify(await bufferingProxy(await simulated()))})
  expect.soft(run).toMeetSlo({ tpot: { p90: 1 }, itl: { p50: 1 }, ttft: { max: 60_000 } })
})
test('absurd counts', async ({ load }) => {
  expect(await send(load, ${JSON.stringify(await broken())})).toMeetSlo({ errorRate: 0 })
})
test('no number', async ({ load }) => {
  const run = await load({ target: vllm(), requestRate: 4, numPrompts: 12, dataset })
  expect(run).toMeetSlo({ errorRate: 0 })
  // A fault of this package, which no server can bring about.
  run.report.metrics.requestThroughput = NaN
})`,
    // No folder can be made inside a file.
    'vitest.config.ts': `import { defineServingBench } from ${CONFIG}\nexport default defineServingBench({ html: 'package.json/report.html' })\n`,
  })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  const { cases, failedCases } = project.report()
  const found = Object.fromEntries(cases.map((one) => [one.case, one]))
  expect(found['one write']).toMatchObject({
    metrics: { completed: 12, tpot: null, itl: null },
    validity: { pace: { requests: 12, unobserved: 12 } },
  })
  expect(found['one write']?.verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'invalid', 'invalid'])
  const junit = Object.fromEntries(project.junit().map((one) => [one.name, one]))
  expect(junit['one write']?.failure).toMatch(
    /tpot\.p90 was not observed: the output of 12 of 12 requests \(100\.0 %\).*proxy_buffering off/,
  )
  expect(cases).toHaveLength(2)
  expect(found['absurd counts']).toMatchObject({
    metrics: { outputTokens: 12 * 16 },
    validity: { tokenSources: { 'fixed-length': 12 } },
  })
  expect(output).toMatch(/implausible-count: The server told 12 of 12 requests of more tokens than they can have/)
  expect(failedCases).toMatchObject([
    { case: 'no number', message: expect.stringMatching(/metrics\.requestThroughput: .*NaN/) },
  ])
  expect(junit['no number']?.error).toContain('metrics.requestThroughput')
  expect(output).toMatch(/package\.json\/report\.html was not made: .*could not be written/)
  for (const text of [output, project.read('bench-results/report.md')]) expect(text).toContain('no number')

  // To Vitest that case alone is green.
  const alone = await project.bench(['-t', 'no number'])
  expect(alone.output).toMatch(/Tests {2}1 passed/)
  expect(alone.exitCode).toBe(1)
  expect(output).toMatch(/buffered: TPOT and ITL are those of the other requests, if any/)
})
