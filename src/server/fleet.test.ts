import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base, vi } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import type { LaunchOptions } from '../frameworks/launch.ts'
import type { Target } from '../frameworks/target.ts'
import { vllm } from '../frameworks/index.ts'
import { createFleet, type Fleet, type FleetCase } from './fleet.ts'
import { isPortFree } from './ports.ts'
import { isAlive } from './process-tree.ts'

const FAKE_SERVER = fileURLToPath(new URL('./fake-server.testkit.ts', import.meta.url))

interface Host {
  readonly fleet: Fleet
  readonly folder: string
  log(name?: string): string
}

type MakeHost = (env?: Readonly<Record<string, string>>, claims?: string) => Host

/** All they do is wait for processes. `host` makes a bench on a host of its own. */
const test = base.extend<{ host: MakeHost }>({
  host: async ({ onTestFinished }, use) => {
    await use((env = {}, claims) => makeHost(onTestFinished, env, claims))
  },
}).concurrent

function makeHost(
  onTestFinished: (cleanUp: () => Promise<void>) => void,
  env: Readonly<Record<string, string>>,
  claims: string | undefined,
): Host {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-fleet-'))
  const fleet = createFleet({
    clock: createRealClock(),
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '', ...env },
    cwd: folder,
    pid: process.pid,
    claimsFolder: claims ?? join(folder, 'claims'),
    logFolder: join(folder, 'logs'),
    now: () => '2026-05-01T12:00:00.000Z',
  })
  onTestFinished(async () => {
    await fleet.releaseAll()
    rmSync(folder, { recursive: true, force: true })
  })
  return { fleet, folder, log: (name = 'vllm.log') => readFileSync(join(folder, 'logs', name), 'utf8') }
}

function fake(
  args: readonly string[] = [],
  options: Partial<LaunchOptions> & { apiKey?: string; version?: string } = {},
): Target {
  const { apiKey, version, ...launch } = options
  return vllm({
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(version === undefined ? {} : { version }),
    launch: {
      command: [process.execPath, FAKE_SERVER, '--port', '{port}', ...args],
      healthPath: '/health',
      ...launch,
    } as LaunchOptions,
  })
}

/** One case; a sign of life may take long on a busy machine, unless the test waits for it to fail. */
function inCase(name: string, probeTimeoutMs = 60_000): FleetCase {
  return { name, probeTimeoutMs, signal: new AbortController().signal }
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

function urlOf({ endpoint }: Target): URL {
  if (endpoint.kind !== 'url') throw new Error(`the target is ${endpoint.kind}`)
  return new URL(endpoint.url)
}

test('a server is started once for the cases that share it, is ready when a request says so, and leaves its port free', async ({
  host,
  expect,
}) => {
  const { fleet, log } = host()
  const loading: string[] = []
  const first = await fleet.ready(fake(['--ready-after-ms', '1500']), {
    ...inCase('a'),
    onLoading: ({ label, lastLine }) => loading.push(`${label}: ${lastLine}`),
  })
  await fleet.settle(fake(['--ready-after-ms', '1500']), { ...inCase('a'), ending: 'fine' })
  expect(loading).toContain('vllm: INFO loading weights')
  const second = await fleet.ready(fake(['--ready-after-ms', '1500']), inCase('b'))
  expect(urlOf(second).href).toBe(urlOf(first).href)
  expect(log().match(/INFO ready/g)).toHaveLength(1)
  await fleet.release(fake(['--ready-after-ms', '1500']))
  expect(await isPortFree(Number(urlOf(first).port))).toBe(true)
  expect(log()).toMatch(/SIGTERM: leaving/)
})

test('targets that share a server are each asked in their own way', async ({ host, expect }) => {
  const { fleet, log } = host()
  const launch = { command: [process.execPath, FAKE_SERVER, '--port', '{port}'] }
  const [first, second] = [vllm({ launch }), vllm({ launch, endpoint: 'chat', apiKey: 'k' })]
  await fleet.ready(first, inCase('a'))
  await fleet.settle(first, { ...inCase('a'), ending: 'fine' })
  const { recipe, endpoint } = await fleet.ready(second, inCase('b'))
  expect(recipe.path).toBe('/v1/chat/completions')
  expect(endpoint).toMatchObject({ headers: { authorization: 'Bearer k' } })
  expect(log().match(/INFO ready/g)).toHaveLength(1)
})

test('what Vitest put into the environment does not reach the server, and what the user gave does', async ({
  host,
  expect,
}) => {
  const { fleet, log } = host({ NODE_ENV: 'test', VITEST: 'true' })
  await fleet.ready(fake([], { env: { NODE_ENV: 'production' } }), inCase('a'))
  expect(log()).toMatch(/NODE_ENV=production VITEST=unset/)
})

test('a key among arguments, headers or variables is in no log and no error', async ({ host, expect }) => {
  const { fleet, log } = host({ HF_TOKEN: 'planted-token' })
  const target = fake(['--api-key', 'planted-key', '--die-loading', 'planted-token planted-key planted-header'], {
    apiKey: 'planted-header',
  })
  const error = await failure(fleet.ready(target, inCase('a')))
  expect(error).toMatch(/\*\*\* \*\*\* \*\*\*/)
  for (const text of [error, log()]) expect(text).not.toMatch(/planted/)
})

test('a server that dies while it loads fails its case at once with the cause and the log, and the next ones with the reason', async ({
  host,
  expect,
}) => {
  const { fleet } = host()
  const target = fake(['--die-loading', 'ValueError: No available memory for the cache blocks.'])
  await expect(fleet.ready(target, inCase('1 req/s'))).rejects.toThrow(
    /^vllm exited with code 1 while it was loading: ValueError: No available memory for the cache blocks\. .*Raise --gpu-memory-utilization[\s\S]*lines of logs\/vllm\.log:[\s\S]* {2}INFO loading weights/,
  )
  await expect(fleet.ready(target, inCase('2 req/s'))).rejects.toThrow(
    /^vllm was lost in "1 req\/s": vllm exited with code 1 .*cache blocks/,
  )
})

test('a command that does not exist is said to be missing, without its arguments', async ({ host, expect }) => {
  const { fleet } = host()
  const target = vllm({ launch: { command: ['no-such-program', '--api-key', 'planted-key', '{port}'] } })
  const error = await failure(fleet.ready(target, inCase('a')))
  expect(error).toMatch(/vllm cannot be launched: spawn no-such-program ENOENT.*installed and on the PATH/)
  expect(error).not.toMatch(/planted/)
})

test('a server that is not ready in time is stopped, and the error says what it waited for', async ({
  host,
  expect,
}) => {
  const { fleet, folder } = host()
  const target = fake(['--ready-after-ms', '600000'], { readyTimeoutMs: 3000 })
  await expect(fleet.ready(target, inCase('a'))).rejects.toThrow(
    /was not ready within 3 s \(\/health does not answer 200 yet\); raise readyTimeoutMs/,
  )
  expect(readFileSync(join(folder, 'logs/vllm.log'), 'utf8')).toMatch(/SIGTERM: leaving/)
})

test('a server that dies under load: exit code, cause and log, and its target is lost', async ({ host, expect }) => {
  const { fleet } = host()
  const target = fake(['--die-after', '2'])
  const { endpoint } = await fleet.ready(target, inCase('5 req/s'))
  if (endpoint.kind !== 'url') throw new Error('not started')
  await fetch(`${endpoint.url}/v1/completions`, { method: 'POST', body: '{"max_tokens":2}' }).then(
    (response) => response.text(),
    () => 'cut',
  )
  await expect(fleet.settle(target, { ...inCase('5 req/s'), ending: 'failures' })).rejects.toThrow(
    /^vllm exited with code 1 in "5 req\/s": torch\.cuda\.OutOfMemoryError: CUDA out of memory\. Tried to allocate 112\.00 MiB\. .*nvidia-smi[\s\S]*The last \d+ lines of/,
  )
  await expect(fleet.ready(target, inCase('8 req/s'))).rejects.toThrow(/lost in "5 req\/s"/)
})

test('a server that is killed between two requests is lost, though no request has failed', async ({ host, expect }) => {
  const { fleet, log } = host()
  const target = fake()
  await fleet.ready(target, inCase('a'))
  process.kill(Number(/INFO pid (\d+)/.exec(log())?.[1]), 'SIGKILL')
  await fleet.endOf(target)
  const interrupted = { ...inCase('a'), signal: AbortSignal.abort(), ending: 'fine' } as const
  expect(await fleet.settle(target, interrupted)).toBe(null)
  await expect(fleet.settle(target, { ...inCase('a'), ending: 'fine' })).rejects.toThrow(
    /^vllm was ended by SIGKILL.* in "a"/,
  )
})

test('a killed server leaves no shared memory behind', async ({ host, expect, skip }) => {
  skip(!existsSync('/dev/shm'), 'this system has its shared memory elsewhere')
  const { fleet, log } = host()
  const segment = `/dev/shm/psm_${randomUUID()}`
  const target = fake(['--shared-memory', segment])
  await fleet.ready(target, inCase('a'))
  expect(existsSync(segment)).toBe(true)
  process.kill(Number(/INFO pid (\d+)/.exec(log())?.[1]), 'SIGKILL')
  await fleet.release(target)
  expect(existsSync(segment)).toBe(false)
})

test('a wedged engine behind a live HTTP server is found before the next case', async ({ host, expect }) => {
  const { fleet } = host()
  const target = fake(['--wedge-after', '1'])
  await fleet.ready(target, inCase('1 req/s'))
  await fleet.settle(target, { ...inCase('1 req/s'), ending: 'fine' })
  await expect(fleet.ready(target, inCase('2 req/s', 1000))).rejects.toThrow(
    /^vllm no longer answers a request for one token within 1 s \([a-z-]+-timeout: .*\), although its process is alive, before "2 req\/s": TVMError: .*mlc-llm ran out of GPU memory/,
  )
})

test('a server that lives on after failures is not lost, and what its log says is passed on', async ({
  host,
  expect,
}) => {
  const { fleet } = host()
  const target = fake(['--complain', 'OSError: [Errno 28] No space left on device'])
  await fleet.ready(target, inCase('a'))
  expect(await fleet.settle(target, { ...inCase('a'), ending: 'failures' })).toMatchObject({
    line: 'OSError: [Errno 28] No space left on device',
    hint: expect.stringMatching(/disk is full/),
    logFile: 'logs/vllm.log',
  })
  await fleet.ready(target, inCase('b'))
})

test(
  'children in the group and out of it go with the server, even with a stubborn one',
  { timeout: 60_000 },
  async ({ host, expect }) => {
    const { fleet, log } = host()
    await fleet.ready(fake(['--children', '--stubborn']), inCase('a'))
    const children = [...log().matchAll(/child (\d+)/g)].map(([, pid]) => Number(pid))
    expect(children).toHaveLength(2)
    expect(children.every(isAlive)).toBe(true)
    await fleet.releaseAll()
    expect(children.filter(isAlive)).toEqual([])
  },
)

test('an aborted start leaves nothing behind and may be repeated', async ({ host, expect }) => {
  const { fleet, log } = host()
  const abort = new AbortController()
  const target = fake(['--ready-after-ms', '600000'])
  const starting = fleet.ready(target, { ...inCase('a'), signal: abort.signal })
  await vi.waitUntil(() => existsText(log, /loading weights/), { timeout: 60_000 })
  abort.abort()
  await expect(starting).rejects.toThrow(/The start of vllm was stopped/)
  expect(log()).toMatch(/SIGTERM: leaving/)
})

test('the server before makes room for the next on the same GPU, and not while it is under load', async ({
  host,
  expect,
}) => {
  const { fleet, log } = host({ CUDA_VISIBLE_DEVICES: '0' })
  await fleet.ready(fake([], { version: 'one' }), inCase('a'))
  await expect(fleet.ready(fake([], { version: 'two' }), inCase('b'))).rejects.toThrow(/while vllm one is under load/)
  await fleet.settle(fake([], { version: 'one' }), { ...inCase('a'), ending: 'fine' })
  await fleet.ready(fake([], { version: 'two' }), inCase('b'))
  expect(log('vllm-one.log')).toMatch(/leaving/)
})

test('two benches on one host do not share a GPU, and do share a host', async ({ host, expect, onTestFinished }) => {
  const claims = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-claims-'))
  onTestFinished(() => rmSync(claims, { recursive: true, force: true }))
  const [first, second] = [host({ CUDA_VISIBLE_DEVICES: '0' }, claims), host({}, claims)]
  await first.fleet.ready(fake(), inCase('a'))
  await expect(second.fleet.ready(fake([], { env: { CUDA_VISIBLE_DEVICES: '0' } }), inCase('a'))).rejects.toThrow(
    new RegExp(`GPU 0 is in use by vllm, started by the bench in .* \\(process ${process.pid}\\)`),
  )
  await second.fleet.ready(fake([], { env: { CUDA_VISIBLE_DEVICES: '1' } }), inCase('b'))
})

test('a given port that somebody listens on is refused before anything is started', async ({
  host,
  expect,
  onTestFinished,
}) => {
  const { fleet } = host()
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(fleet.ready(fake([], { port }), inCase('a'))).rejects.toThrow(
    new RegExp(`something listens on port ${port} already`),
  )
})

test('a server with metrics on a port of their own gets one, and its telemetry knows it', async ({ host, expect }) => {
  const { fleet } = host()
  const target = fake(['--metrics-port', '{metricsPort}'])
  const { connection } = await fleet.ready(target, inCase('a'))
  const page = new URL(connection.metricsUrl ?? 'none:')
  expect(await (await fetch(page)).text()).toContain('vllm:')
  await fleet.release(target)
  expect(await isPortFree(Number(page.port))).toBe(true)
})

/** A server that others started, which answers its pages and, to a request for tokens, what the test says. */
async function foreignServer(
  onTestFinished: (cleanUp: () => void) => void,
  answer: (response: ServerResponse) => void,
): Promise<{ target: Target; asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    if (request.method === 'GET') response.end('{"data":[{"id":"llama"}]}')
    else answer(response)
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const url = `http://bob:planted-password@127.0.0.1:${(server.address() as AddressInfo).port}`
  return { target: vllm({ url }), asked: () => asked }
}

test('a server by URL is asked nothing unless requests waited in vain; when it is silent then, its cases fail', async ({
  host,
  expect,
  onTestFinished,
}) => {
  const { fleet } = host()
  const { target, asked } = await foreignServer(onTestFinished, () => {})
  expect(await fleet.ready(target, inCase('1 req/s'))).toBe(target)
  for (const ending of ['fine', 'failures', 'not-sent'] as const)
    await fleet.settle(target, { ...inCase('1 req/s'), ending })
  expect(asked()).toBe(0)
  const lost = await failure(fleet.settle(target, { ...inCase('1 req/s', 500), ending: 'silence' }))
  expect(lost).toMatch(/no longer answers a request for one token within 0\.5 s .* after "1 req\/s"/)
  const later = await failure(fleet.ready(target, inCase('2 req/s')))
  expect(later).toMatch(/was lost in "1 req\/s"/)
  for (const text of [lost, later]) expect(text).not.toContain('planted-password')
})

test('a server by URL that says no, or has gone, after silence keeps its cases: they hear it themselves', async ({
  host,
  expect,
  onTestFinished,
}) => {
  const { fleet } = host()
  const { target } = await foreignServer(onTestFinished, (response) => response.writeHead(503).end())
  const gone = vllm({ url: 'http://127.0.0.1:1' })
  for (const one of [target, gone]) {
    await fleet.settle(one, { ...inCase('a'), ending: 'silence' })
    expect(await fleet.ready(one, inCase('b'))).toBe(one)
  }
})

function existsText(log: () => string, pattern: RegExp): boolean {
  try {
    return pattern.test(log())
  } catch {
    return false
  }
}
