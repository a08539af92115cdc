import http from 'node:http'
import { createParser } from 'eventsource-parser'
import { createHttpTransport, type HttpTransportOptions } from '../../src/client/http-transport.ts'
import { createUndiciTransport } from '../../src/client/undici-transport.ts'
import { referencePath } from '../../src/load/calibration/reference-server.ts'
import { monotonicNow } from '../../src/load/monotonic.ts'
import { createRealClock } from '../../src/load/real-clock.ts'
import type { LoadGenerator } from '../../src/load/load-generator.ts'
import { type PlannedLoad, planLoad } from '../../src/load/load-plan.ts'
import { type LoadResult, runLoad } from '../../src/load/run-load.ts'
import { openThreads } from '../../src/load/threads.ts'
import type { Ms } from '../../src/base/units.ts'
import type { Workload } from '../../src/workload/workload.ts'
import type { ClientName, Scenario } from './scenario.ts'

/** One stream as its client saw it, ms on the machine's monotonic clock. */
export interface ObservedStream {
  readonly dueAt: Ms
  readonly sentAt: Ms
  readonly outputAt: ArrayLike<Ms>
  readonly failed: boolean
}

type Run = (scenario: Scenario, firstId: number) => Promise<ObservedStream[]>

/** Sends the streams of a scenario, with ids from `firstId` on, and waits for the last to end. */
export const CLIENTS: Readonly<Record<ClientName, Run>> = {
  ours: (scenario, firstId) => runOurs(scenario, firstId, createHttpTransport),
  undici: (scenario, firstId) => runOurs(scenario, firstId, createUndiciTransport),
  fetch: (scenario, firstId) => runEach(scenario, firstId, readWithFetch),
  http: (scenario, firstId) => runEach(scenario, firstId, readWithHttp),
}

const LEAD: Ms = 100
const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream' }
const BODY = JSON.stringify({
  model: 'reference',
  stream: true,
  messages: [{ role: 'user', content: 'x'.repeat(900) }],
})

function offsetsOf({ streams, rampMs }: Pick<Scenario, 'streams' | 'rampMs'>): Ms[] {
  return Array.from({ length: streams }, (_, i) => (i * rampMs) / streams)
}

/** Kept between the warm-up and what is measured, as in a case. */
let ownThreads: LoadGenerator | null = null

export async function closeClients(): Promise<void> {
  await ownThreads?.close()
}

async function runOurs(
  scenario: Scenario,
  firstId: number,
  create: typeof createHttpTransport,
): Promise<ObservedStream[]> {
  const { url, streams, tokens, rate, threads } = scenario
  const load = planLoad({
    workload: workloadOf(scenario),
    toWireRequest: (_request, index) => ({
      method: 'POST',
      path: referencePath({ id: firstId + index, tokens, rate }),
      headers: HEADERS,
      body: BODY,
    }),
    protocol: 'openai-chat',
    fixedLength: true,
  })
  const { records } =
    threads > 1
      ? await (ownThreads ??= openThreads(threads)).send(
          { ...load, endpoint: { kind: 'url', url, tls: {}, proxy: null, transport: 'http' } },
          { clockZero: 0 },
        )
      : await runHere(load, create, { url, connections: streams, connectTimeoutMs: 10_000 })
  return records.map(({ dueAt, sentAt, outputAt, outcome }) => ({
    dueAt,
    sentAt: sentAt ?? NaN,
    outputAt,
    failed: outcome.status === 'failed',
  }))
}

export function workloadOf(scenario: Pick<Scenario, 'streams' | 'rampMs' | 'tokens'>): Workload {
  const { streams, tokens } = scenario
  return {
    requests: Array.from({ length: streams }, () => ({ prompt: '', promptTokens: 200, outputTokens: tokens })),
    offsets: offsetsOf(scenario),
    seed: 0,
    digest: '',
  }
}

async function runHere(
  load: PlannedLoad,
  create: typeof createHttpTransport,
  endpoint: Omit<HttpTransportOptions, 'now'>,
): Promise<LoadResult> {
  const clock = createRealClock(0)
  const transport = create({ ...endpoint, now: clock.now })
  try {
    return await runLoad(load, { clock, transport })
  } finally {
    await transport.close()
  }
}

type Read = (url: string, outputAt: Ms[]) => Promise<void>

/** The open loop that one writes by hand: a timer for each stream. */
async function runEach(scenario: Scenario, firstId: number, read: Read): Promise<ObservedStream[]> {
  const { url, tokens, rate } = scenario
  const start = monotonicNow() + LEAD
  return Promise.all(
    offsetsOf(scenario).map(async (offset, i) => {
      const dueAt = start + offset
      await new Promise((resolve) => setTimeout(resolve, dueAt - monotonicNow()))
      const sentAt = monotonicNow()
      const outputAt: Ms[] = []
      try {
        await read(url + referencePath({ id: firstId + i, tokens, rate }), outputAt)
        return { dueAt, sentAt, outputAt, failed: false }
      } catch {
        return { dueAt, sentAt, outputAt, failed: true }
      }
    }),
  )
}

async function readWithFetch(url: string, outputAt: Ms[]): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: BODY })
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent({ data }) {
      if (data === '[DONE]') return
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] }
      if (choices[0]?.delta.content !== undefined) outputAt.push(monotonicNow())
    },
  })
  for await (const bytes of response.body!) parser.feed(decoder.decode(bytes, { stream: true }))
}

/** Most connections of an `Agent` are unlimited; kept alive as ours are. */
const agent = new http.Agent({ keepAlive: true })
const CONTENT = Buffer.from('"content":"')

/** The fastest that node:http allows: the bytes are searched, nothing is decoded. */
function readWithHttp(url: string, outputAt: Ms[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers: HEADERS, agent }, (response) => {
      response.on('data', (bytes: Buffer) => {
        const now = monotonicNow()
        for (let at = bytes.indexOf(CONTENT); at !== -1; at = bytes.indexOf(CONTENT, at + 1)) outputAt.push(now)
      })
      response.on('end', resolve)
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(BODY)
  })
}
