import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { FAULT_ENDS, FAULTS_OF_THE_SERVER } from '../simulator/replay/fault-ends.testkit.ts'
import { FAULT_KINDS, FAULTS } from '../simulator/replay/faults.ts'
import { serveReplay } from '../simulator/replay/replay-load.testkit.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

const KEY = 'planted-secret-42'
const FILES = ['report.json', 'junit.xml', 'report.md', 'report.html']

/** How the cases end whose server is there: null where every request completes. */
const FAILS_AS = Object.fromEntries(
  FAULT_KINDS.filter((kind) => !FAULTS_OF_THE_SERVER.includes(kind)).map((kind) => {
    const end = FAULT_ENDS[kind]
    return [kind, end === 'completed' ? null : end]
  }),
)

test(
  'no fault ends green: each case names its failures by kind, whatever its objectives forgive',
  { timeout: 180_000 },
  async () => {
    const faulty = await Promise.all(
      FAULT_KINDS.map(async (kind) => {
        const after = { 'late-ready': 300, 'slow-reader': 10 }[kind as string] ?? FAULTS[kind].after?.default ?? 0
        const { url } = await serveReplay({ fault: { kind, after }, every: 3 })
        return { kind, url }
      }),
    )
    const project = benchProject({
      'bench/faults.bench.ts': `
import { expect, fixedLengths, test, vllm } from ${ENTRY}
const dataset = fixedLengths({ promptTokens: 20, outputTokens: 16 })
const timeouts = { firstByte: 2000, idle: 2000 }
for (const { kind, url } of ${JSON.stringify(faulty)}) test(kind, async ({ load }) => {
  const target = vllm({ url, apiKey: process.env.PLANTED })
  const run = await load({ target, requestRate: Infinity, numPrompts: 12, maxConcurrency: 12, warmup: false, dataset, timeouts })
  expect(run).toMeetSlo({ requestThroughput: { min: 0.001 } })
})`,
    })
    const { exitCode, output } = await project.bench([], { PLANTED: KEY })
    expect(exitCode).toBe(1)
    const { cases, failedCases } = project.report()
    const kinds = Object.fromEntries(cases.map((one) => [one.case, one.errors[0]?.kind ?? null]))
    expect(kinds).toEqual(FAILS_AS)
    expect(failedCases.map((failed) => failed.case)).toEqual(FAULTS_OF_THE_SERVER)

    const junit = Object.fromEntries(project.junit().map(({ name, failure, error }) => [name, failure ?? error]))
    for (const kind of FAULTS_OF_THE_SERVER) expect(junit[kind]).toMatch(/refused the connection|no TLS session/)
    for (const [kind, failsAs] of Object.entries(FAILS_AS)) {
      if (failsAs !== null) expect(junit[kind], kind).toContain(`x ${failsAs}: `)
    }
    expect(cases.every(({ validity }) => validity.connections?.resent === 0)).toBe(true)
    for (const text of [output, ...FILES.map((file) => project.read(`bench-results/${file}`))]) {
      expect(text).not.toContain(KEY)
    }
  },
)

/** A server that says what it was asked with, and what a terminal would obey, wherever it can say anything. */
const ECHOES: Readonly<Record<string, (key: string, response: ServerResponse) => void>> = {
  status: (key, response) => response.writeHead(401).end(JSON.stringify({ error: { message: `bad key ${key}` } })),
  page: (key, response) => response.writeHead(500).end(`<h1>\u001B[31mBearer ${key}\u0000\u001B]0;title\u0007`),
  event: (key, response) => response.end(`data: ${JSON.stringify({ error: { message: `\u001B[2J${key}` } })}\n\n`),
  finish: (key, response) =>
    response.end(`data: ${JSON.stringify({ choices: [{ text: ' a', finish_reason: key }] })}\n\ndata: [DONE]\n\n`),
  garbage: (key, { socket }) => socket?.end(`${key}\r\n\r\n`),
}

test('what a server says of the key that it was sent stands nowhere, nor does what a terminal would obey', async () => {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const key = String(request.headers.authorization).replace('Bearer ', '')
    const [, name = '', rest] = (request.url ?? '').split('/')
    if (request.method === 'GET') return void response.end(JSON.stringify({ data: [{ id: `model-${key}` }] }))
    request.resume().on('end', () => (rest === undefined ? response.end() : ECHOES[name]?.(key, response)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const project = benchProject({
    'bench/echo.bench.ts': `
import { expect, fixedLengths, test, vllm } from ${ENTRY}
const dataset = fixedLengths({ promptTokens: 20, outputTokens: 1 })
const apiKey = process.env.PLANTED
for (const name of ${JSON.stringify(Object.keys(ECHOES))}) test(name, async ({ load }) => {
  const run = await load({ target: vllm({ url: 'http://127.0.0.1:${port}/' + name, apiKey }), requestRate: Infinity, numPrompts: 3, warmup: false, dataset })
  expect(run).toMeetSlo({ ttft: { p50: 60_000 } })
})
for (const url of ['bob:KEY@127.0.0.1:9', 'http://bob:KEY%@127.0.0.1:9']) test(url, async ({ load }) => {
  await load({ target: vllm({ url: url.replace('KEY', apiKey) }), requestRate: 1, numPrompts: 1, dataset })
})`,
  })
  const { exitCode, output } = await project.bench([], { PLANTED: KEY })
  expect(exitCode).toBe(1)
  expect(project.report().cases.map(({ target }) => target.model)).toContain('model-***')
  for (const text of [output, ...FILES.map((file) => project.read(`bench-results/${file}`))]) {
    expect(text).not.toContain(KEY)
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000\u0007\u001B]/)
  }
  expect(output).toContain('HTTP 401: bad key ***')
})
