import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../dispatch/real-clock.ts'
import type { RunReport } from '../report.ts'
import { findProfile } from '../simulator/find-profile.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { benchProject, ENTRY, type BenchProject } from './run-bench.testkit.ts'

/** Answers each prompt with two tokens, and remembers it. By its metrics every prompt token was cached. */
async function recordingServer(): Promise<{ readonly url: string; readonly prompts: string[] }> {
  const prompts: string[] = []
  let readings = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/v1/models') return void response.end('{"data":[{"id":"m"}]}')
    if (request.url === '/metrics') {
      readings++
      const counters = ['hits', 'queries'].map((name) => `vllm:prefix_cache_${name}_total ${1000 * readings}\n`)
      return void response.end(`vllm:num_requests_running 0\n${counters.join('')}`)
    }
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const body = JSON.parse(await text(request))
    prompts.push(body.prompt ?? body.messages[0].content)
    const choice = { index: 0, text: ' a', delta: { content: ' a' }, finish_reason: 'length' }
    const usage = { prompt_tokens: 24, completion_tokens: 2 }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify({ choices: [{ ...choice, finish_reason: null }] })}\n\n`)
    response.end(`data: ${JSON.stringify({ choices: [choice], usage })}\n\ndata: [DONE]\n\n`)
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, prompts }
}

/** vLLM V1's cache, over HTTP. */
async function cachingServer(): Promise<string> {
  const profile = findProfile('vllm', 'base')
  const scheduler = { ...profile.scheduler, prefixCache: { blockTokens: profile.scheduler.blockTokens } }
  const server = await startSimulatedServer({
    profile: { ...profile, scheduler },
    clock: createRealClock(),
    port: 0,
    seed: 0,
  })
  onTestFinished(() => server.close())
  return server.url
}

/** Two frameworks at one address, two rates, a warm-up and two trials each. */
const matrix = (name: string, url: string, load = '') => `
describeServing('${name}', {
  targets: [vllm({ url: '${url}' }), openai({ url: '${url}' })],
  requestRates: [100, 200],
  load: { numPrompts: 6, trials: 2, warmup: 2, dataset: lengths(24)${load} },
})`

const runsOf = (project: BenchProject, suite: string): RunReport[] =>
  project.report().runs.filter((run) => run.case.startsWith(`${suite} > `))

const headOf = (prompt: string): string => prompt.split(' ').slice(0, 8).join(' ')

test(
  'no server gets a prompt twice: of two frameworks, two rates, warm-ups, trials and two runs no two begin alike',
  { timeout: 120_000 },
  async () => {
    const fresh = await recordingServer()
    const reused = await recordingServer()
    const foreign = await recordingServer()
    const project = benchProject({
      'bench/prompts.bench.ts': `
import { compareVersions, describeServing, fixedLengths, openai, vllm } from ${ENTRY}
const lengths = (promptTokens) => fixedLengths({ promptTokens, outputTokens: 2 })
${matrix('fresh', fresh.url)}
${matrix('reused', reused.url, ', reusePrompts: true')}
describeServing('baseline', {
  targets: [vllm({ url: '${foreign.url}' })],
  requestRates: [100],
  load: { numPrompts: 4, warmup: false, dataset: lengths(24) },
  slo: { errorRate: 0 },
  baseline: true,
})
compareVersions({
  baseline: vllm({ url: '${fresh.url}' }),
  candidate: vllm({ url: '${foreign.url}', version: '2' }),
  requestRates: [100],
  load: { numPrompts: 4, warmup: false, dataset: lengths(24) },
})
const cached = { targets: [vllm({ url: '${await cachingServer()}' })], requestRates: [20, 40] }
const load = { numPrompts: 10, warmup: 2, dataset: lengths(80) }
describeServing('cold', { ...cached, load })
describeServing('warm', { ...cached, load: { ...load, reusePrompts: true } })`,
    })
    const { output } = await project.bench()

    // An engine with a prefix cache finds nothing, and what it finds where that was asked for is no doubt.
    const shares = (suite: string) => runsOf(project, suite).map(({ validity }) => validity.cachedPromptShare ?? NaN)
    expect(shares('cold')).toHaveLength(2)
    expect(Math.max(...shares('cold')), output).toBeLessThan(0.01)
    expect(shares('warm')[1]).toBeGreaterThan(0.5)
    const doubtful = project.report().runs.filter(({ validity }) => validity.warnings.some(isWarm))
    expect(new Set(doubtful.map((run) => run.case.split(' > ')[0]))).toEqual(
      new Set(['fresh', 'baseline', 'vllm 2 against vllm']),
    )
    expect(output).toMatch(/ cached % /)

    // Somebody else's prompts were cached: the objective is judged, the baseline is neither written nor compared.
    const [run] = runsOf(project, 'baseline')
    expect(run?.verdicts.filter(({ kind }) => kind !== 'validity')).toMatchObject([
      { kind: 'slo', objective: expect.stringContaining('errorRate') },
      {
        kind: 'baseline',
        verdict: 'invalid',
        message: expect.stringMatching(
          /^not compared: .*100\.0 % of the prompt tokens came from the server's prefix cache/,
        ),
      },
    ])
    expect(project.has('bench/__baselines__')).toBe(false)

    // Nor are two versions compared, one of which has a warm cache.
    const compared = project.junit().find(({ name }) => name.includes('compared'))
    expect(compared?.failure ?? compared?.error).toMatch(/prompt tokens came from the server's prefix cache/)

    // Equal for both frameworks at one rate and trial, different for each of the two rates and two trials.
    const digests = (suite: string) => Map.groupBy(runsOf(project, suite), ({ load }) => load.digest)
    expect([...digests('fresh').values()].map(({ length }) => length)).toEqual([2, 2, 2, 2])
    expect(
      [...digests('fresh').values()].map((runs) => new Set(runs.map(({ target }) => target.framework)).size),
    ).toEqual([2, 2, 2, 2])
    const before = [...digests('fresh').keys()]

    await project.bench(['-t', 'fresh|reused'])
    expect([...digests('fresh').keys()]).toEqual(before)
    // Two runs of two frameworks at two rates: two prompts of a warm-up and six of each of two trials, at least.
    expect(fresh.prompts.length).toBeGreaterThanOrEqual(2 * 2 * 2 * 14)
    expect(new Set(fresh.prompts.map(headOf)).size).toBe(fresh.prompts.length)
    // The same prompts in both runs, for both frameworks, at both rates.
    const times = [...Map.groupBy(reused.prompts, (prompt) => prompt).values()].map(({ length }) => length)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(8)
  },
)

const isWarm = ({ code }: { readonly code: string }): boolean => code === 'warm-cache'
