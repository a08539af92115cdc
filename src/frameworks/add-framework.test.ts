import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { serverTargets } from './define-target.ts'
import { discover } from './discover.ts'
import { defineFramework, versionAt } from './framework.ts'
import { HOST_AND_PORT } from './launch.ts'
import { total } from './metrics-table.ts'
import { chat, completions, plainFields } from './openai-recipes.ts'
import { requestBody } from './request-body.ts'

// A framework is its file and its place in the list. This is such a file, and the list with it at its end.

const TOY = defineFramework({
  id: 'toy',
  factory: 'toy',
  urlVariable: 'TOY_URL',
  endpoints: { completions: completions(plainFields), chat: chat(plainFields) },
  launch: ({ model }) => ({ command: ['toy', model, ...HOST_AND_PORT], stopSignal: 'SIGTERM', healthPath: null }),
  causes: [{ pattern: /the spring is broken/, hint: 'Mend it.' }],
  versionPages: [versionAt('/toy-version')],
  metrics: { mark: 'toy_', levels: { running: total('toy_playing') }, histograms: {} },
  logNames: { 'at play': ['running'] },
})
const toy = serverTargets(TOY)

vi.doMock(import('./index.ts'), async (original) => {
  const list = await original()
  return { ...list, default: [...list.default, TOY] }
})
// Test files share a worker: what reads the list is loaded again, here with the toy and afterwards without it.
vi.resetModules()
afterAll(() => {
  vi.doUnmock('./index.ts')
  vi.resetModules()
})

test('its targets are asked, launched and looked up as its file says', async () => {
  const input = { model: 'm', prompt: 'Hi', outputTokens: 9, fixedLength: false }
  expect(requestBody(toy(), input)).toMatchObject({ prompt: 'Hi', max_tokens: 9, temperature: 0 })
  expect(toy({ endpoint: 'chat' }).recipe.path).toBe('/v1/chat/completions')
  const { endpoint } = toy({ launch: { model: 'm' } })
  expect(endpoint.kind === 'launch' && endpoint.launch.command.slice(0, 2)).toEqual(['toy', 'm'])

  const pages: Record<string, unknown> = { '/v1/models': { data: [{ id: 'm' }] }, '/toy-version': { version: '7' } }
  const server = createServer(({ url = '' }, response) => response.end(JSON.stringify(pages[url] ?? null)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await discover(toy({ url }))).toMatchObject({ model: 'm', version: '7' })
})

test('the rest of the program reads it off the list: reports, variables, metrics, logs and causes of death', async () => {
  const { METRICS_TABLES } = await import('./catalog.ts')
  const { TargetFacts } = await import('../report.ts')
  const { readVariables } = await import('../case/variables.ts')
  const { resolveTarget } = await import('../case/resolve-target.ts')
  const { readPage } = await import('../telemetry/read-page.ts')
  const { parseEngineLogLine } = await import('../telemetry/engine-log.ts')
  const { findCause } = await import('../server/known-causes.ts')

  expect(TargetFacts.shape.framework.safeParse('toy').success).toBe(true)
  expect(TargetFacts.shape.framework.safeParse('top').success).toBe(false)
  const resolved = resolveTarget(toy(), readVariables({ TOY_URL: 'http://host' }))
  expect(resolved.endpoint).toMatchObject({ kind: 'url', url: 'http://host' })
  expect(readPage('toy_playing 3\n', METRICS_TABLES)?.levels.running).toBe(3)
  expect(parseEngineLogLine('At play: 3 dolls')?.running).toBe(3)
  expect(findCause(['the spring is broken'])?.hint).toBe('Mend it.')
})

/** Words of keys and of command lines, which are no secrets; and what vLLM's own tool calls a server that it does not know. */
const MAY_NAME_ONE = ['base/harmless.ts', 'base/secrets.ts', 'baseline/vllm-result.ts']

test('no other file knows a framework by its name, but the engines of the simulator', async () => {
  const { FRAMEWORK_IDS } = await import('./catalog.ts')
  const source = fileURLToPath(new URL('..', import.meta.url))
  const files = globSync('**/*.ts', { cwd: source }).filter(
    (file) => !/\.(test|testkit)\.ts$|^(frameworks|simulator)\//.test(file) && !MAY_NAME_ONE.includes(file),
  )
  expect(files.length).toBeGreaterThan(100)
  const names = new RegExp(`['"\`](${FRAMEWORK_IDS.join('|').replaceAll('.', '\\.')})['"\`]`)
  const knowing = files.filter((file) => names.test(readFileSync(`${source}/${file}`, 'utf8')))
  expect(knowing).toEqual([])
})
