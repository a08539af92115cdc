import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../dispatch/real-clock.ts'
import { findProfile } from '../simulator/find-profile.ts'
import { listen } from '../simulator/listen.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

async function simulated(): Promise<string> {
  const profile = findProfile('vllm', 'base')
  const server = await startSimulatedServer({ profile, clock: createRealClock(), port: 0, seed: 0, model: 'llama' })
  onTestFinished(() => server.close())
  return server.url
}

/** A server in front of another that hands an answer over in writes of so many events; Infinity: all at once. */
async function proxy(upstream: string, eventsAWrite: number): Promise<string> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray())
    const { method = 'GET', url = '/' } = request
    const answered = await fetch(`${upstream}${url}`, { method, ...(method === 'POST' && { body }) })
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? 'text/plain' })
    if (answered.body !== null) await relay(answered.body, response, eventsAWrite)
    response.end()
  }
  const server = createServer((request, response) => void answer(request, response))
  onTestFinished(() => void server.close())
  return listen(server, '127.0.0.1', 0)
}

async function relay(body: AsyncIterable<Uint8Array>, response: ServerResponse, eventsAWrite: number): Promise<void> {
  let held = ''
  for await (const bytes of body) {
    held += Buffer.from(bytes).toString()
    if (held.split('\n\n').length <= eventsAWrite) continue
    response.write(held)
    held = ''
  }
  response.write(held)
}

test('what answers cannot show is not judged, and each doubt is named', { timeout: 60_000 }, async () => {
  const upstream = await simulated()
  const project = benchProject({
    'bench/doubtful.bench.ts': `
import { expect, fixedLengths, test, vllm } from ${ENTRY}
const dataset = fixedLengths({ promptTokens: 20, outputTokens: 48 })
const send = (load, url) => load({ target: vllm({ url }), requestRate: Infinity, numPrompts: 12, maxConcurrency: 12, warmup: false, dataset })
test('one write', async ({ load }) => {
  const run = await send(load, ${JSON.stringify(await proxy(upstream, Infinity))})
  expect.soft(run).toMeetSlo({ tpot: { p90: 1 }, itl: { p50: 1 }, ttft: { max: 60_000 } })
})
test('four tokens a write', async ({ load }) => {
  expect(await send(load, ${JSON.stringify(await proxy(upstream, 4))})).toMeetSlo({ tpot: { max: 60_000 } })
})`,
  })
  const { exitCode, output } = await project.bench()
  expect(exitCode).toBe(1)
  const { runs } = project.report()
  const found = Object.fromEntries(runs.map((run) => [run.case, run]))
  expect(found['one write']).toMatchObject({
    metrics: { completed: 12, tpot: null, itl: null },
    validity: { pace: { requests: 12, unobserved: 12 } },
  })
  expect(found['one write']?.verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'invalid', 'invalid'])
  expect(found['four tokens a write']).toMatchObject({ validity: { pace: { unobserved: 0 } } })
  expect(found['four tokens a write']?.verdicts.map(({ verdict }) => verdict)).toEqual(['pass'])
  const junit = Object.fromEntries(project.junit().map((one) => [one.name, one]))
  expect(junit['one write']?.failure).toMatch(
    /tpot\.p90 was not observed: the output of 12 of 12 requests \(100\.0 %\).*proxy_buffering off/,
  )
  expect(junit['four tokens a write']).toMatchObject({ failure: null, error: null })
  expect(output).toMatch(/buffered: TPOT and ITL are those of the other requests, if any/)
})
