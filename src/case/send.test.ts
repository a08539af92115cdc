import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { clientLine } from '../../reporters/client-line.ts'
import { SELF_SIGNED } from '../client/self-signed.testkit.ts'
import { vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { fixedLengths } from '../workload/index.ts'
import type { LoadOptions } from './load-options.ts'
import { resolveCase } from './resolve-case.ts'
import { runCase } from './run-case.ts'
import type { ServingRun } from './serving-run.ts'
import { readVariables } from './variables.ts'

const LOAD: LoadOptions = {
  requestRate: 100,
  numPrompts: 12,
  dataset: fixedLengths({ promptTokens: 5, outputTokens: 2 }),
  warmup: 2,
  fill: false,
  maxClientError: false,
}

function run(target: Target, load: Partial<LoadOptions>, env: Record<string, string> = {}): Promise<ServingRun> {
  const asked = { name: 'a case', target, load: { ...LOAD, ...load } }
  return runCase(resolveCase(asked, { inconclusive: null }, readVariables(env)), {
    environment: madeUpReport([madeUpRecord()]).environment,
    signal: new AbortController().signal,
    onProgress: undefined,
  })
}

const CHUNK = 'data: {"choices":[{"text":" word","finish_reason":null}]}\n\n'
const END =
  'data: {"choices":[{"text":" word","finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\ndata: [DONE]\n\n'

/** As vLLM answers. */
function answer(
  path: string,
  response: {
    setHeader(name: string, value: string): unknown
    write(text: string): unknown
    end(text: string): unknown
  },
): void {
  if (path === '/v1/models') return void response.end('{"data":[{"id":"llama"}]}')
  if (!path.startsWith('/v1/')) return void response.end('{}')
  response.setHeader('content-type', 'text/event-stream')
  response.write(CHUNK)
  setTimeout(() => response.end(END), 100)
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** It answers what it is asked for itself: nothing behind it has to be found. */
async function startProxy(): Promise<{ place: string; asked: Map<string, number> }> {
  const asked = new Map<string, number>()
  const server = createServer((request, response) => {
    const { origin, pathname } = new URL(request.url!)
    const what = `${request.method} ${origin}${pathname} ${request.headers['proxy-authorization']}`
    asked.set(what, (asked.get(what) ?? 0) + 1)
    answer(pathname, response)
  })
  return { place: await listen(server), asked }
}

test('a proxy in the environment is on the way of everything that is asked, is told of, and its password is not', async () => {
  const { place, asked } = await startProxy()
  const env = { HTTP_PROXY: `http://bench:s3cret-of-proxy@${place}`, NO_PROXY: 'other.example' }
  const { report } = await run(vllm({ url: 'http://llm.invalid' }), { threads: 2, maxClientError: 0.5 }, env)
  expect(report.errors).toEqual([])
  const authorization = `Basic ${Buffer.from('bench:s3cret-of-proxy').toString('base64')}`
  expect(asked.get(`GET http://llm.invalid/v1/models ${authorization}`)).toBe(1)
  expect(asked.get(`GET http://llm.invalid/metrics ${authorization}`)).toBeGreaterThanOrEqual(1)
  // Two that warm up, and twelve for each time that the trial had to be sent on a busy machine.
  expect((asked.get(`POST http://llm.invalid/v1/completions ${authorization}`)! - 2) % 12).toBe(0)
  const { client } = report.validity
  expect(client).toMatchObject({
    transport: 'undici',
    proxy: place,
    threads: 2,
    calibration: { streams: expect.any(Number) },
  })
  expect(clientLine([report])).toMatch(
    new RegExp(
      `^client: speaks HTTP/1.1 by undici through the proxy ${place}, has up to 2 threads, .* to ITL \\(P99, without the proxy\\)`,
    ),
  )
  expect(JSON.stringify(report)).not.toContain('s3cret')
})

test('NO_PROXY is heard, and a proxy that cannot be used is an error', async () => {
  const { place, asked } = await startProxy()
  const env = { HTTP_PROXY: `http://bench:s3cret-of-proxy@${place}` }
  const target = vllm({ url: 'http://llm.invalid' })
  await expect(run(target, {}, { ...env, NO_PROXY: '.invalid' })).rejects.toThrow(/llm\.invalid has no address/)
  expect(asked.size).toBe(0)
  await expect(run(target, { transport: 'http' }, env)).rejects.toMatchObject({
    code: 'bad-load',
    message: expect.stringMatching(
      /^HTTP_PROXY names a proxy for llm\.invalid, .* or name llm\.invalid in NO_PROXY\.$/,
    ),
  })
  const refusing = await listen(createServer((_request, response) => response.writeHead(407).end()))
  const error = await run(target, {}, { HTTP_PROXY: `http://bench:s3cret-of-proxy@${refusing}` }).catch(
    (error: unknown) => error as Error,
  )
  expect(error).toMatchObject({
    message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ wants other credentials \(HTTP 407\)/),
  })
  expect((error as Error).message).not.toContain('s3cret')
})

test('undici is asked for HTTP/2 by name, with a certificate of ours, and this machine is asked directly', async () => {
  const certificates = new Set<unknown>()
  const server = createSecureServer(
    { ...SELF_SIGNED, ca: SELF_SIGNED.cert, requestCert: true },
    (request: Http2ServerRequest, response: Http2ServerResponse) => {
      const socket = request.stream.session?.socket as TLSSocket | undefined
      certificates.add(socket?.getPeerCertificate().subject.CN)
      answer(request.url, response)
    },
  )
  const url = `https://${await listen(server)}`
  const target = vllm({ url, tls: { ca: SELF_SIGNED.cert, cert: SELF_SIGNED.cert, key: SELF_SIGNED.key } })
  const { report } = await run(target, { transport: 'undici', threads: 1 }, { HTTPS_PROXY: 'http://127.0.0.1:1' })
  expect(report.errors).toEqual([])
  expect(report.validity).toMatchObject({ connections: { opened: 1, http2: 1 }, client: { transport: 'undici' } })
  expect(report.validity.client).not.toHaveProperty('proxy')
  expect(clientLine([report])).toMatch(/^client: speaks HTTP\/2 by undici, /)
  expect([...certificates]).toEqual(['127.0.0.1'])
})
