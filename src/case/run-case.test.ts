import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { constant } from '../arrival/constant.ts'
import { vllm } from '../frameworks/index.ts'
import { madeUpReport, madeUpRecord } from '../metrics/records.testkit.ts'
import { fixedLengths } from '../workload/index.ts'
import type { LoadOptions } from './load-options.ts'
import { resolvedCase } from './resolve.testkit.ts'
import { runCase } from './run-case.ts'

const ANSWER_MS = 1500
/** Ten times what the client may be late beside such answers. */
const STALL_MS = 750

/** A server in the client's own thread, which answers after `ANSWER_MS` and once holds that thread up. */
async function stallingServer(): Promise<{ url: string; bodies: readonly string[] }> {
  const bodies: string[] = []
  let isStalled = false
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end('{"data":[{"id":"llama"}]}')
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString())).on('end', () => bodies.push(body))
    if (!isStalled) {
      isStalled = true
      const until = performance.now() + STALL_MS
      while (performance.now() < until);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const end =
      'data: {"choices":[{"text":" word","finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\ndata: [DONE]\n\n'
    setTimeout(() => response.write('data: {"choices":[{"text":" word","finish_reason":null}]}\n\n'), ANSWER_MS)
    setTimeout(() => response.end(end), ANSWER_MS + 20)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}

// Due every 50 ms: while the first is held up for 750 ms, the others become up to 700 ms late, where 75 ms are allowed.
test(
  'a trial whose client is held up once is repeated with the same stimulus, and its row is valid',
  { timeout: 30_000 },
  async () => {
    const load: LoadOptions = {
      requestRate: 20,
      numPrompts: 4,
      arrival: constant(),
      dataset: fixedLengths({ promptTokens: 5, outputTokens: 2 }),
      warmup: false,
      threads: 1,
      maxClientError: false,
    }
    const { url, bodies } = await stallingServer()
    const run = await runCase(resolvedCase({ name: 'held up', target: vllm({ url }), load }), {
      environment: madeUpReport([madeUpRecord()]).environment,
      signal: new AbortController().signal,
      onProgress: undefined,
    })
    expect(run.report.trials.map(({ trial }) => trial)).toEqual([0])
    // Four requests at least twice, and no prompt a second time: a prefix cache knows the others.
    expect(bodies.length).toBeGreaterThanOrEqual(8)
    expect(new Set(bodies).size).toBe(bodies.length)
    expect(run.report.verdicts).toEqual([])
    expect(run.report.doubts).toContainEqual({
      code: 'repeated',
      trial: null,
      message: expect.stringMatching(/repeated: at P99 the client was late by \d+\.\d ms \(limit \d+\.\d ms\)/),
    })
  },
)
