import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startExchange } from '../../client/exchange.ts'
import { createRealClock } from '../../load/real-clock.ts'
import { createDecoder } from '../../protocol/index.ts'
import { MAX_EVENT_BYTES } from '../../protocol/byte-splitter.ts'
import { expectedAnswer, recordedStreams } from '../../protocol/recorded-streams.testkit.ts'
import type { RequestRecord } from '../../record.ts'
import { FAULT_ENDS, FAULTS_OF_THE_SERVER } from './fault-ends.testkit.ts'
import { FAULT_KINDS, FAULTS, type FaultKind } from './faults.ts'
import { connectTo, endings, loadFrom, recorded, serveReplay } from './replay-load.testkit.ts'

/** Long enough for a healthy answer on a busy machine, and what a silent one costs the test. */
const TIMEOUTS = { firstByte: 3000, idle: 3000 }

const AFTER: Partial<Record<FaultKind, number>> = { 'late-ready': 300, loading: 1000, 'slow-reader': 10 }

const after = (kind: FaultKind): number => AFTER[kind] ?? FAULTS[kind].after?.default ?? 0

test.concurrent.for(FAULT_KINDS)(
  '%s: every faulty request ends as it must, and the others of the run are unharmed',
  { timeout: 60_000 },
  async (kind, { expect, onTestFinished }) => {
    // Every third of twelve requests is faulty: four, beside eight healthy ones.
    const server = await serveReplay({ fault: { kind, after: after(kind) }, every: 3 }, onTestFinished)
    const load = await loadFrom(server.url, { requests: 12, timeouts: TIMEOUTS })
    const expected = FAULTS_OF_THE_SERVER.includes(kind)
      ? { [FAULT_ENDS[kind]]: 12 }
      : FAULT_ENDS[kind] === 'completed'
        ? { completed: 12 }
        : { [FAULT_ENDS[kind]]: 4, completed: 8 }
    expect(endings(load)).toEqual(expected)
    const whole = load.records.filter(
      ({ outcome, outputTokens }) => outcome.status === 'completed' && outputTokens === 16,
    )
    expect(whole).toHaveLength(kind === 'short' ? 8 : (expected.completed ?? 0))
    await expect.poll(() => server.openConnections(), { timeout: 10_000 }).toBe(0)
  },
)

test('an answer shorter than asked completes and tells its length, or fails where that was asked for', async () => {
  const { url } = await serveReplay({ fault: { kind: 'short', after: 5 } })
  expect((await loadFrom(url)).records).toMatchObject([{ outputTokens: 5, outcome: { status: 'completed' } }])
  const [failed] = (await loadFrom(url, { failOtherLengths: true })).records
  expect(failed?.outcome).toEqual({
    status: 'failed',
    kind: 'length-mismatch',
    message: '5 tokens were generated where 16 were asked for.',
  })
})

test('a server that drips for ever ends by the total time-out', async () => {
  // Sixteen writes with 400 ms between them take 6.4 s; one second is all there is.
  const { url } = await serveReplay({ gapMs: 400 })
  expect(endings(await loadFrom(url, { requests: 3, timeouts: { total: 1000 } }))).toEqual({ 'total-timeout': 3 })
})

test('a model that is loading answers 503 until it is loaded, with its own words in the message', async () => {
  const { url } = await serveReplay({ fault: { kind: 'loading', after: 2 } })
  const load = await loadFrom(url, { requests: 5 })
  expect(endings(load)).toEqual({ 'http-status': 2, completed: 3 })
  const messages = load.records.flatMap(({ outcome }) => (outcome.status === 'failed' ? [outcome.message] : []))
  expect(messages).toEqual(['HTTP 503: Loading model', 'HTTP 503: Loading model'])
})

test.for([
  'vllm-main-completions-usage',
  'vllm-main-chat-role-usage',
  'trtllm-0.9.0-generate_stream-delta',
  'tgi-3.3.7-generate_stream-details',
  'llamacpp-b4747-completion-native',
  'lmdeploy-0.4.0-interactive-jsonl',
  'vllm-0.4.1-generate-nul',
])('%s: an error after two events is in-band, an end after two events is an answer', async (name) => {
  const recording = recorded(name)
  const { protocol } = recording
  const [faulty, short] = await Promise.all([
    serveReplay({ recordings: [recording], fault: { kind: 'error-event', after: 2 } }),
    serveReplay({ recordings: [recording], fault: { kind: 'short', after: 2 } }),
  ])
  const [failed] = (await loadFrom(faulty.url, { protocol })).records
  expect(failed?.outcome).toEqual({
    status: 'failed',
    kind: 'in-band-error',
    message: 'the engine failed (replayed fault)',
  })
  expect((await loadFrom(short.url, { protocol })).records).toMatchObject([{ outcome: { status: 'completed' } }])
})

test('nothing is left of a run with every fault: no socket, no timer', { timeout: 60_000 }, async () => {
  const resources = (): Record<string, number> => {
    const kinds = process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate|TCP|TLS/.test(kind))
    return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]))
  }
  const before = resources()
  const servers = await Promise.all(FAULT_KINDS.map((kind) => serveReplay({ fault: { kind, after: after(kind) } })))
  await Promise.all(servers.map(({ url }) => loadFrom(url, { requests: 2, timeouts: { firstByte: 500, idle: 500 } })))
  await Promise.all(servers.map((server) => server.close()))
  for (const kind of ['Timeout', 'Immediate', 'TCPSocketWrap', 'TCPServerWrap', 'TLSWrap']) {
    await expect.poll(() => resources()[kind] ?? 0, { timeout: 10_000 }).toBeLessThanOrEqual(before[kind] ?? 0)
  }
})

test('a line of 96 MiB without an end is not kept: at most what one event may hold, and its doubling', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const held = (): number => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const { url } = await serveReplay({ fault: { kind: 'long-line', after: 96 } })
  const before = held()
  let most = 0
  const sampler = setInterval(() => (most = Math.max(most, held())), 50)
  const load = await loadFrom(url)
  clearInterval(sampler)
  expect(load.records[0]?.outcome).toMatchObject({ kind: 'in-band-error' })
  // While a buffer doubles there are the old one (8 MiB) and the new one (16 MiB); reads of sockets come on top.
  expect(most - before).toBeLessThan(5 * MAX_EVENT_BYTES)
})

test('every recorded stream decodes to its expected parse over sockets, however the server cuts its writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), async (places) => {
      await Promise.all(
        recordedStreams().map(async (stream) => {
          const { name, body, expected } = stream
          const ends = [...places.map((place) => Math.round(place * body.length)), body.length].toSorted(
            (a, b) => a - b,
          )
          const writes = ends.map((end, i) => body.subarray(ends[i - 1] ?? 0, end))
          const { url, close } = await serveReplay({ recordings: [{ ...recorded(name), writes }] })
          const { record, state } = await exchangeWith(url, expected.protocol)
          await close()
          if (expected.http_status !== 200) {
            const message = record.outcome.status === 'failed' ? record.outcome.message : ''
            expect(message, name).toContain(`HTTP ${expected.http_status}: ${expected.error?.slice(0, 200)}`)
            return
          }
          expect({ name, ...state, success: record.outcome.status === 'completed' }).toMatchObject({
            name,
            ...expectedAnswer(stream),
          })
        }),
      )
    }),
    { numRuns: 4 },
  )
}, 60_000)

/** One request with a decoder that keeps the text. */
async function exchangeWith(url: string, protocol: Parameters<typeof createDecoder>[0]) {
  const clock = createRealClock()
  const transport = connectTo(url, clock)
  const decoder = createDecoder(protocol)
  const record = await new Promise<RequestRecord>((resolve) => {
    startExchange({
      clock,
      transport,
      decoder,
      protocol,
      request: { method: 'POST', path: '/', headers: {}, body: '{}' },
      index: 0,
      dueAt: 0,
      promptTokens: 1,
      requestedOutputTokens: 1,
      fixedLength: false,
      timeouts: { connect: 10_000, firstByte: 10_000, idle: 2000, total: 30_000 },
      onDone: resolve,
    })
  })
  await transport.close()
  return { record, state: decoder.state }
}
