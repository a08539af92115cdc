import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../client/timeouts.ts'
import type { Transport } from '../client/transport.ts'
import { createHttpTransport } from '../client/http-transport.ts'
import type { RequestRecord } from '../record.ts'
import type { Workload } from '../workload/workload.ts'
import { LEAD } from './part.ts'
import { createRealClock } from './real-clock.ts'
import { planLoad, type PlanOptions } from './load-plan.ts'
import { runLoad, type RunOptions } from './run-load.ts'
import { createVirtualClock } from './virtual-clock.ts'

function workload(offsets: number[], outputTokens = 3): Workload {
  const requests = offsets.map((_, i) => ({ prompt: `prompt ${i}`, promptTokens: 10, outputTokens }))
  return { requests, offsets, seed: 0, digest: 'none' }
}

const COMMON = {
  toWireRequest: ({ prompt }, index) => ({
    method: 'POST',
    path: '/v1/completions',
    headers: { 'x-index': String(index) },
    body: JSON.stringify({ prompt }),
  }),
  protocol: 'openai-completions',
  fixedLength: true,
} satisfies Partial<PlanOptions>

function runAll({ clock, transport, part, signal, onRecord, onProgress, ...plan }: PlanOptions & RunOptions) {
  const hooks = { ...(part && { part }), signal, ...(onRecord && { onRecord }), ...(onProgress && { onProgress }) }
  return runLoad(planLoad(plan), { clock, transport, ...hooks })
}

function event(text: string, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: finishReason }] })}\n\n`
}

/** A server in virtual time: first token 50 ms after the request, three tokens 10 ms apart, end with the last. */
function fakeServer(clock: Clock): Transport & { mostInFlight(): number } {
  let inFlight = 0
  let most = 0
  return {
    send(_request, observer) {
      const sentAt = clock.now()
      let aborted = false
      most = Math.max(most, ++inFlight)
      const at = (delay: number, callback: () => void): void => {
        clock.at(sentAt + delay, () => {
          if (!aborted) callback()
        })
      }
      const hear = (text: string): void => observer.onBytes(Buffer.from(text), 0, text.length, clock.now())
      observer.onSent()
      at(50, () => observer.onHead(200, {}, clock.now()))
      at(50, () => hear(event('a')))
      at(60, () => hear(event('b')))
      at(70, () => hear(event('c', 'length')))
      at(70, () => {
        inFlight--
        observer.onEnd()
      })
      return {
        abort() {
          aborted = true
        },
      }
    },
    prepare: () => Promise.resolve(),
    connections: () => null,
    close: async () => {},
    mostInFlight: () => most,
  }
}

test('in virtual time every stamp is exact: due, + 0 sent, + 50 first, + 70 last', async () => {
  const clock = createVirtualClock()
  const offsets = [0, 12.5, 12.5, 1000]
  const { records, unsent, aborted } = await runAll({
    ...COMMON,
    clock,
    transport: fakeServer(clock),
    workload: workload(offsets),
  })
  const first = records[0]!.dueAt
  expect(
    records.map(({ index, dueAt, sentAt, firstOutputAt, endedAt, outputTokens, outputTokensSource }) => ({
      index,
      due: dueAt - first,
      sent: sentAt! - dueAt,
      output: firstOutputAt! - dueAt,
      end: endedAt - dueAt,
      outputTokens,
      outputTokensSource,
    })),
  ).toEqual(
    offsets.map((due, index) => ({
      index,
      due,
      sent: 0,
      output: 50,
      end: 70,
      outputTokens: 3,
      outputTokensSource: 'fixed-length',
    })),
  )
  expect({ unsent, aborted }).toEqual({ unsent: 0, aborted: false })
})

test('an open loop never waits for the server: 100 due at once are 100 in flight', async () => {
  const clock = createVirtualClock()
  const transport = fakeServer(clock)
  await runAll({ ...COMMON, clock, transport, workload: workload(Array(100).fill(0)) })
  expect(transport.mostInFlight()).toBe(100)
})

test('with two slots and six due at once the waits are 0, 70 and 140 ms, and latency counts from due', async () => {
  const clock = createVirtualClock()
  const transport = fakeServer(clock)
  const { records } = await runAll({
    ...COMMON,
    clock,
    transport,
    workload: workload(Array(6).fill(0)),
    maxConcurrency: 2,
  })
  expect(records.map(({ sentAt, dueAt }) => sentAt! - dueAt)).toEqual([0, 0, 70, 70, 140, 140])
  expect(records.map(({ firstOutputAt, dueAt }) => firstOutputAt! - dueAt)).toEqual([50, 50, 120, 120, 190, 190])
  expect(transport.mostInFlight()).toBe(2)
})

test('connections are asked for before each request is due, at gaps of seconds too, and for as long as they are needed', async () => {
  const clock = createVirtualClock()
  const looks: { at: number; spare: number; until: number }[] = []
  await runAll({
    ...COMMON,
    clock,
    transport: {
      ...fakeServer(clock),
      prepare: async (spare, until) => {
        if (until !== undefined) looks.push({ at: clock.now(), spare, until })
      },
    },
    workload: workload([0, 100, 2000, 2249, 2251, 2600, 9000]),
  })
  // The first is due at 20. Looks are 250 ms before the first request that none before it has seen, and see 500 ms.
  expect(looks).toEqual([
    { at: 0, spare: 2, until: 500 },
    { at: 1770, spare: 2, until: 2270 },
    { at: 2021, spare: 2, until: 2521 },
    { at: 2370, spare: 1, until: 2870 },
    { at: 8770, spare: 1, until: 9270 },
  ])
})

test('twice the same virtual run gives the same records', async () => {
  const stimulus = workload(Array.from({ length: 200 }, (_, i) => i * 7.3))
  const [one, two] = await Promise.all(
    [createVirtualClock(), createVirtualClock()].map((clock) =>
      runAll({ ...COMMON, clock, transport: fakeServer(clock), workload: stimulus, maxConcurrency: 5 }),
    ),
  )
  expect(one).toEqual(two)
})

test('an aborted virtual run keeps what was measured and counts what was not sent', async () => {
  const clock = createVirtualClock()
  const transport = fakeServer(clock)
  const controller = new AbortController()
  // Due at 20 (the lead), 120, 220, ...: at 250 two have ended, the third is in flight, seven were never sent.
  clock.at(250, () => controller.abort())
  const { records, unsent, aborted } = await runAll({
    ...COMMON,
    clock,
    transport,
    workload: workload(Array.from({ length: 10 }, (_, i) => i * 100)),
    signal: controller.signal,
  })
  expect(kinds(records)).toEqual(['completed', 'completed', 'aborted'])
  expect({ unsent, aborted }).toEqual({ unsent: 7, aborted: true })
})

test('a run that is aborted before it starts sends nothing', async () => {
  const clock = createVirtualClock()
  const result = await runAll({
    ...COMMON,
    clock,
    transport: fakeServer(clock),
    workload: workload([0, 0]),
    signal: AbortSignal.abort(),
  })
  expect(result).toEqual({ records: [], unsent: 2, aborted: true, connections: null, utilisation: null })
})

test('a transport that fails on the spot ends in records, with and without a limit', async () => {
  for (const maxConcurrency of [null, 1]) {
    const clock = createVirtualClock()
    const transport: Transport = {
      ...fakeServer(clock),
      send(_request, observer) {
        observer.onError('connect', 'refused')
        return { abort() {} }
      },
    }
    const { records } = await runAll({
      ...COMMON,
      clock,
      transport,
      workload: workload(Array(20_000).fill(0)),
      maxConcurrency,
    })
    expect(records).toHaveLength(20_000)
    expect(records.every(({ outcome }) => outcome.status === 'failed')).toBe(true)
  }
})

test('the last progress tells the whole run: 3 tokens of 4 requests in 1070 ms', async () => {
  const clock = createVirtualClock()
  const progress: unknown[] = []
  await runAll({
    ...COMMON,
    clock,
    transport: fakeServer(clock),
    workload: workload([0, 10, 20, 1000]),
    onProgress: (now) => progress.push(now),
  })
  expect(progress.at(-1)).toEqual({
    phase: 'load',
    sent: 4,
    completed: 4,
    failed: 0,
    total: 4,
    server: null,
    inFlight: 0,
    elapsedMs: 1070,
    ttftP50: 50,
    tokensPerSecond: 12 / 1.07,
  })
})

test('what fills the batch has indices below 0', async () => {
  const clock = createVirtualClock()
  const filling = { ...workload([0, 10, 20, 30]), fill: 2 }
  const { records } = await runAll({ ...COMMON, clock, transport: fakeServer(clock), workload: filling })
  expect(records.map(({ index, dueAt }) => [index, dueAt])).toEqual([
    [-2, LEAD],
    [-1, LEAD + 10],
    [0, LEAD + 20],
    [1, LEAD + 30],
  ])
})

test('a virtual server that forgets a request is an error where no time-out ends it, not a hang', async () => {
  const clock = createVirtualClock()
  const transport: Transport = { ...fakeServer(clock), send: () => ({ abort() {} }) }
  const timeouts = { connect: Infinity, firstByte: Infinity, idle: Infinity, total: Infinity }
  const run = runAll({ ...COMMON, clock, transport, workload: workload([0]), timeouts })
  await expect(run).rejects.toThrow('virtual time has stopped')
})

test.for([0, -1, 1.5, NaN])('%s slots are a bad load', async (maxConcurrency) => {
  const clock = createVirtualClock()
  const run = runAll({ ...COMMON, clock, transport: fakeServer(clock), workload: workload([0]), maxConcurrency })
  await expect(run).rejects.toMatchObject({ code: 'bad-load' })
})

/** The real clock of all runs over sockets. */
const realClock = createRealClock()

async function listen(listener: RequestListener, connections = 100): Promise<Transport> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = createHttpTransport({ url, connections, connectTimeoutMs: 5000, now: realClock.now })
  onTestFinished(async () => {
    await transport.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return transport
}

test('over sockets: streams are stamped in order and none is sent before it is due', async () => {
  const transport = await listen((_request, response) => {
    response.write(event('a'))
    setTimeout(() => {
      response.write(event('b'))
      setTimeout(() => response.end(event('c', 'length')), 5)
    }, 5)
  })
  const { records, connections } = await runAll({
    ...COMMON,
    clock: realClock,
    transport,
    workload: workload([0, 5, 10, 15, 40]),
  })
  expect(records.map(({ outcome }) => outcome.status)).toEqual(Array(5).fill('completed'))
  for (const { dueAt, sentAt, headAt, firstByteAt, firstOutputAt, lastOutputAt, endedAt, outputAt } of records) {
    const moments = [dueAt, sentAt!, headAt!, firstByteAt!, firstOutputAt!, lastOutputAt!, endedAt]
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    expect(outputAt).toHaveLength(3)
  }
  // One may have been opened for a request that then found one free.
  expect(connections!.opened + connections!.reused).toBeGreaterThanOrEqual(5)
})

test('over sockets: one slot means one connection, used again by all', async () => {
  const transport = await listen((_request, response) => response.end(event('abc', 'length')))
  const { connections } = await runAll({
    ...COMMON,
    clock: realClock,
    transport,
    workload: workload(Array(5).fill(0)),
    maxConcurrency: 1,
  })
  expect(connections).toMatchObject({ opened: 1, reused: 4, resent: 0 })
})

function kinds(records: readonly RequestRecord[]): string[] {
  return records.map(({ outcome }) => (outcome.status === 'failed' ? outcome.kind : 'completed'))
}

test('over sockets: refused and cut answers end as what they are, and do not touch the others', async () => {
  const transport = await listen((request, response) => {
    switch (Number(request.headers['x-index'])) {
      case 0:
        return response.writeHead(503).end('{"error":{"message":"Loading model"}}')
      case 1:
        return response.write(event('a'), () => response.destroy())
      default:
        return response.end(event('abc', 'length'))
    }
  })
  const { records } = await runAll({
    ...COMMON,
    clock: realClock,
    transport,
    workload: workload(Array(4).fill(0)),
  })
  expect(kinds(records)).toEqual(['http-status', 'truncated', 'completed', 'completed'])
  expect(records[0]!.outcome).toMatchObject({ message: 'HTTP 503: Loading model' })
})

test.for<{ name: string; listener: RequestListener; timeouts: Partial<Timeouts>; kind: string }>([
  {
    name: 'a stream that stalls',
    listener: (_request, response) => response.write(event('a')),
    timeouts: { idle: 50 },
    kind: 'idle-timeout',
  },
  {
    name: 'a head and nothing more',
    listener: (_request, response) => response.flushHeaders(),
    timeouts: { firstByte: 50 },
    kind: 'first-byte-timeout',
  },
])('over sockets: $name is given up as $kind', async ({ listener, timeouts, kind }) => {
  const { records } = await runAll({
    ...COMMON,
    clock: realClock,
    transport: await listen(listener),
    workload: workload([0, 0]),
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  })
  expect(kinds(records)).toEqual([kind, kind])
})

test('over sockets: abort ends a run whose server would never answer, with a record of each request sent', async () => {
  const controller = new AbortController()
  let arrived = 0
  const transport = await listen((_request, response) => {
    response.write(event('a'))
    if (++arrived === 3) controller.abort()
  })
  const { records, unsent, aborted } = await runAll({
    ...COMMON,
    clock: realClock,
    transport,
    workload: workload([0, 0, 0, 3_600_000]),
    signal: controller.signal,
  })
  expect(records.map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: 3 }, () => ({ status: 'failed', kind: 'aborted', message: expect.any(String) })),
  )
  expect({ unsent, aborted }).toEqual({ unsent: 1, aborted: true })
})
