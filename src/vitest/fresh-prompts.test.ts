import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import type { CaseReport } from '../report.ts'
import { inWords } from '../verdict/words.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import { benchProject, ENTRY, type BenchProject } from './run-bench.testkit.ts'

/**
 * Answers each prompt with two tokens, and remembers it. By its metrics no prompt token was cached before it had `warmAfter`
 * prompts, and every one from then on.
 */
async function recordingServer(warmAfter = 0): Promise<{ readonly url: string; readonly prompts: string[] }> {
  const prompts: string[] = []
  let hits = 0
  let queries = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/v1/models') return void response.end('{"data":[{"id":"m"}]}')
    if (request.url === '/metrics') {
      queries += 1000
      if (prompts.length > warmAfter) hits += 1000
      const counters = `vllm:prefix_cache_hits_total ${hits}\nvllm:prefix_cache_queries_total ${queries}\n`
      return void response.end(`vllm:num_requests_running 0\n${counters}`)
    }
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const body = JSON.parse(await text(request))
    prompts.push(body.prompt ?? body.messages[0].content)
    const choice = { index: 0, text: ' a', delta: { content: ' a' }, finish_reason: 'length' }
    const usage = { prompt_tokens: 24, completion_tokens: 2 }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify({ choices: [{ ...choice, finish_reason: null }] })}\n\n`)
    // Two pieces, or no time per token could be seen.
    await sleep(30)
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

const casesOf = (project: BenchProject, suite: string): CaseReport[] =>
  project.report().cases.filter((one) => one.case.startsWith(`${suite} > `))

const headOf = (prompt: string): string => prompt.split(' ').slice(0, 8).join(' ')

test(
  'no server gets a prompt twice: of two frameworks, two rates, warm-ups, trials and two runs no two begin alike',
  { timeout: 240_000 },
  async () => {
    const fresh = await recordingServer()
    const reused = await recordingServer()
    const foreign = await recordingServer()
    // Cold for three trials of four requests, and warm for those that are to complete their baseline.
    const warming = await recordingServer(12)
    const project = benchProject({
      'bench/prompts.bench.ts': `
import { compareVersions, describeServing, fixedLengths, openai, vllm } from ${ENTRY}
const lengths = (promptTokens) => fixedLengths({ promptTokens, outputTokens: 2 })
${matrix('fresh', fresh.url)}
${matrix('reused', reused.url, ', reusePrompts: true')}
const gated = (name, url) => describeServing(name, {
  targets: [vllm({ url })],
  requestRates: [100],
  // Under a cap no run is invalid for its client: what stands against the comparison is the cache alone.
  load: { numPrompts: 4, warmup: false, maxConcurrency: 4, dataset: lengths(24) },
  slo: { errorRate: 0 },
  baseline: true,
})
gated('baseline', '${foreign.url}')
gated('further trials', '${warming.url}')
compareVersions('versions', {
  baseline: vllm({ url: '${fresh.url}' }),
  candidate: vllm({ url: '${foreign.url}', version: '2' }),
  requestRates: [100],
  load: { numPrompts: 4, warmup: false, maxConcurrency: 4, dataset: lengths(24) },
})
const cached = { targets: [vllm({ url: '${await cachingServer()}' })], requestRates: [20, 40] }
const load = { numPrompts: 10, warmup: 2, dataset: lengths(80) }
describeServing('cold', { ...cached, load })
describeServing('warm', { ...cached, load: { ...load, reusePrompts: true } })`,
    })
    const { output } = await project.bench()

    // An engine with a prefix cache finds nothing, and what it finds where that was asked for is no doubt.
    const shares = (suite: string) => casesOf(project, suite).map(({ validity }) => validity.cachedPromptShare ?? NaN)
    expect(shares('cold')).toHaveLength(2)
    expect(Math.max(...shares('cold')), output).toBeLessThan(0.01)
    expect(shares('warm')[1]).toBeGreaterThan(0.5)
    const doubtful = project.report().cases.filter(({ doubts }) => doubts.some(isWarm))
    expect(new Set(doubtful.map((one) => one.case.split(' > ')[0]))).toEqual(new Set(['fresh', 'baseline', 'versions']))
    expect(output).toMatch(/ cached % /)

    // Somebody else's prompts were cached: the objective is judged, the baseline is neither written nor compared.
    const [gated] = casesOf(project, 'baseline')
    expect(gated?.verdicts.map((verdict) => ({ ...verdict, ...inWords(verdict) }))).toMatchObject([
      { kind: 'objective', objective: expect.stringContaining('errorRate') },
      {
        kind: 'baseline',
        verdict: 'invalid',
        message: expect.stringMatching(
          /^not compared: .*100\.0 % of the prompt tokens came from the server's prefix cache/,
        ),
      },
    ])
    expect(casesOf(project, 'further trials').flatMap(({ doubts }) => doubts.filter(isWarm))).toEqual([])
    expect(project.report().failedCases).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(
          /further trials > .*: further trials are invalid\. 100\.0 % of the prompt tokens/,
        ),
      }),
    )
    expect(project.has('bench/__baselines__')).toBe(false)

    // Nor are two versions compared, one of which has a warm cache.
    const compared = project.junit().find(({ name }) => name.includes('compared'))
    expect(compared?.failure ?? compared?.error).toMatch(/prompt tokens came from the server's prefix cache/)

    // Equal for both frameworks at one rate and trial, different for each of the two rates and two trials.
    const digests = (suite: string) =>
      Map.groupBy(
        casesOf(project, suite).flatMap(({ target, trials }) => trials.map(({ digest }) => ({ target, digest }))),
        ({ digest }) => digest,
      )
    expect([...digests('fresh').values()].map(({ length }) => length)).toEqual([2, 2, 2, 2])
    expect(
      [...digests('fresh').values()].map((trials) => new Set(trials.map(({ target }) => target.framework)).size),
    ).toEqual([2, 2, 2, 2])
    const before = [...digests('fresh').keys()]

    await project.bench(['-t', 'fresh|reused'])
    expect([...digests('fresh').keys()]).toEqual(before)
    // Two runs of two frameworks at two rates: two prompts of a warm-up and six of each of two trials, at least.
    expect(fresh.prompts.length).toBeGreaterThanOrEqual(2 * 2 * 2 * 14)
    expect(new Set(fresh.prompts.map(headOf)).size).toBe(fresh.prompts.length)
    // The same prompts in both runs, for both frameworks, at both rates; how many fill the batch depends on the time.
    const times = [...Map.groupBy(reused.prompts, (prompt) => prompt).values()].map(({ length }) => length)
    expect(times.filter((count) => count >= 8).length).toBeGreaterThanOrEqual(14)
  },
)

const isWarm = ({ code }: { readonly code: string }): boolean => code === 'warm-cache'
