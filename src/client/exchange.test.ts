import { expect, test } from 'vitest'
import type { RequestRecord } from '../record.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { startExchange, type ExchangeOptions } from './exchange.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts'
import type { Transport, TransportFailure } from './transport.ts'

const TIMEOUTS: Timeouts = { connect: 100, firstByte: 1000, idle: 500, total: 5000 }

/** What the server does, each at its time in ms. */
type Step =
  | { at: number; sent: true }
  | { at: number; head: number }
  | { at: number; bytes: string }
  | { at: number; end: true }
  | { at: number; error: TransportFailure }

interface Scripted {
  steps: Step[]
  options?: Partial<ExchangeOptions>
  abortAt?: number
}

/** Runs the script in virtual time; the request was due at -5, and leaves at 0. */
function run({ steps, options = {}, abortAt }: Scripted): { record: RequestRecord; aborted: boolean; records: number } {
  const clock = createVirtualClock()
  const records: RequestRecord[] = []
  let aborted = false
  const transport: Transport = {
    send(_request, observer) {
      for (const step of steps) {
        clock.at(step.at, () => {
          if (aborted) return
          if ('sent' in step) observer.onSent()
          else if ('head' in step) observer.onHead(step.head, {}, clock.now())
          else if ('bytes' in step)
            observer.onBytes(Buffer.from(step.bytes), 0, Buffer.byteLength(step.bytes), clock.now())
          else if ('end' in step) observer.onEnd()
          else observer.onError(step.error, 'the wire broke')
        })
      }
      return {
        abort() {
          aborted = true
        },
      }
    },
    prepare: () => Promise.resolve(),
    connections: () => null,
    close: async () => {},
  }
  const exchange = startExchange({
    clock,
    transport,
    request: { method: 'POST', path: '/v1/completions', headers: {}, body: '{}' },
    protocol: 'openai-completions',
    index: 3,
    dueAt: -5,
    promptTokens: 7,
    requestedOutputTokens: 3,
    fixedLength: false,
    timeouts: TIMEOUTS,
    onDone: (record) => records.push(record),
    ...options,
  })
  if (abortAt !== undefined) clock.at(abortAt, () => exchange.abort())
  clock.run()
  return { record: records[0]!, aborted, records: records.length }
}

function event(text: string, finishReason: string | null = null, usage: object | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: finishReason }], usage })}\n\n`
}

const DONE = 'data: [DONE]\n\n'
const SENT_AND_HEAD: Step[] = [
  { at: 1, sent: true },
  { at: 2, head: 200 },
]

test('every moment has its own stamp, and events of one read share one', () => {
  const { record, aborted, records } = run({
    steps: [
      ...SENT_AND_HEAD,
      { at: 3, bytes: ': ping\n\n' },
      { at: 4, bytes: event('') },
      { at: 10, bytes: event('a') },
      { at: 20.5, bytes: event('b') + event('c', 'length') },
      { at: 21, bytes: DONE },
      { at: 22, end: true },
    ],
  })
  expect(record).toEqual({
    index: 3,
    dueAt: -5,
    sentAt: 1,
    headAt: 2,
    firstByteAt: 3,
    firstEventAt: 4,
    firstOutputAt: 10,
    firstAnswerAt: 10,
    lastOutputAt: 20.5,
    endedAt: 22,
    outputAt: Float64Array.of(10, 20.5, 20.5),
    promptTokens: 7,
    serverPromptTokens: null,
    requestedOutputTokens: 3,
    outputTokens: 3,
    outputTokensSource: 'events',
    finishReason: 'length',
    outcome: { status: 'completed' },
  })
  expect({ aborted, records }).toEqual({ aborted: false, records: 1 })
})

test('an event that two reads share is stamped by the second', () => {
  const text = event('a', 'stop')
  const { record } = run({
    steps: [
      ...SENT_AND_HEAD,
      { at: 5, bytes: text.slice(0, 20) },
      { at: 9, bytes: text.slice(20) },
      { at: 10, end: true },
    ],
  })
  expect(record).toMatchObject({ firstByteAt: 5, firstEventAt: 9, firstOutputAt: 9 })
})

test('more events than were asked for are all stamped: 100 instead of 3', () => {
  const steps = Array.from({ length: 100 }, (_, i) => ({ at: 10 + i, bytes: event('x', i === 99 ? 'stop' : null) }))
  const { record } = run({ steps: [...SENT_AND_HEAD, ...steps, { at: 200, end: true }] })
  expect(record.outputAt).toHaveLength(100)
  expect(record.lastOutputAt).toBe(109)
})

test.for<{
  name: string
  steps: Step[]
  options?: Partial<ExchangeOptions>
  tokens: number | null
  source: string | null
}>([
  {
    name: 'usage, whatever the events say',
    steps: [{ at: 3, bytes: event('ab', 'stop', { prompt_tokens: 9, completion_tokens: 2 }) }],
    tokens: 2,
    source: 'usage',
  },
  {
    name: 'a fixed length that stopped for length, in however many events',
    steps: [{ at: 3, bytes: event('abc', 'length') }],
    options: { fixedLength: true },
    tokens: 3,
    source: 'fixed-length',
  },
  {
    name: 'events, when a fixed length ended early',
    steps: [{ at: 3, bytes: event('a', 'stop') }],
    options: { fixedLength: true },
    tokens: 1,
    source: 'events',
  },
  {
    name: 'the whole text once, where it can be counted',
    steps: [{ at: 3, bytes: event('ab') + event('cd', 'stop') }],
    options: { retokenise: (text) => text.length },
    tokens: 4,
    source: 'retokenised',
  },
  {
    name: 'nothing, when nothing was generated',
    steps: [{ at: 3, bytes: event('', 'stop') }],
    tokens: null,
    source: null,
  },
  {
    name: 'the fixed length, where the usage says what the request could not hold',
    steps: [{ at: 3, bytes: event('ab', 'length', { prompt_tokens: 9, completion_tokens: 1e15 }) }],
    options: { fixedLength: true },
    tokens: 3,
    source: 'fixed-length',
  },
  {
    name: 'events, where the usage is a sentinel',
    steps: [{ at: 3, bytes: event('ab', 'stop', { prompt_tokens: 4_294_967_295, completion_tokens: 4_294_967_295 }) }],
    tokens: 1,
    source: 'events',
  },
])('output tokens come from $name', ({ steps, options = {}, tokens, source }) => {
  const { record } = run({ steps: [...SENT_AND_HEAD, ...steps, { at: 9, end: true }], options })
  expect(record).toMatchObject({ outputTokens: tokens, outputTokensSource: source })
})

test('what the answer says of the prefix cache stands in the record', () => {
  const usage = { prompt_tokens: 30, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 16 } }
  const { record } = run({
    steps: [...SENT_AND_HEAD, { at: 3, bytes: event('a', 'stop', usage) }, { at: 9, end: true }],
  })
  expect(record).toMatchObject({ serverPromptTokens: 30, cachedPromptTokens: 16 })
})

test('a count that the request could not hold is not believed, and kept in words', () => {
  const usage = { prompt_tokens: 4_294_967_295, completion_tokens: 1e15 }
  const { record } = run({
    steps: [...SENT_AND_HEAD, { at: 3, bytes: event('a', 'stop', usage) }, { at: 9, end: true }],
  })
  // One event: 64 at most. A body of two bytes: 2 + 65536.
  expect(record).toMatchObject({
    serverPromptTokens: null,
    disbelieved: '1000000000000000 completion tokens (64 at most) and 4294967295 prompt tokens (65538 at most)',
  })
})

test.for([
  ['0 tokens', { prompt_tokens: 9, completion_tokens: 0 }],
  ['more than it could hold', { prompt_tokens: 9, completion_tokens: 1e15 }],
] as const)('an answer without output is empty, though the server says that it has %s', ([, usage]) => {
  const { record } = run({
    steps: [...SENT_AND_HEAD, { at: 3, bytes: event('', 'stop', usage) }, { at: 9, end: true }],
  })
  expect(record).toMatchObject({
    outputTokens: null,
    outcome: { kind: 'empty', message: 'the answer ended without output, finished "stop"' },
  })
})

test.for<{ name: string; steps: Step[]; kind: string; endedAt: number }>([
  { name: 'no connection: 0 + 100', steps: [], kind: 'connect', endedAt: 100 },
  { name: 'no answer at all: 1 + 1000', steps: [{ at: 1, sent: true }], kind: 'first-byte-timeout', endedAt: 1001 },
  { name: 'a head, then nothing: 1 + 1000', steps: SENT_AND_HEAD, kind: 'first-byte-timeout', endedAt: 1001 },
  {
    name: 'a stream that stalls after 300: 300 + 500',
    steps: [...SENT_AND_HEAD, { at: 100, bytes: event('a') }, { at: 300, bytes: event('b') }],
    kind: 'idle-timeout',
    endedAt: 800,
  },
  {
    name: 'a stream that never ends: 0 + 5000',
    steps: [...SENT_AND_HEAD, ...Array.from({ length: 60 }, (_, i) => ({ at: 100 * (i + 1), bytes: event('a') }))],
    kind: 'total-timeout',
    endedAt: 5000,
  },
])('$name is given up as $kind', ({ steps, kind, endedAt }) => {
  const { record, aborted, records } = run({ steps })
  expect(record).toMatchObject({ endedAt, outcome: { status: 'failed', kind } })
  expect({ aborted, records }).toEqual({ aborted: true, records: 1 })
})

test('what came before a time-out is kept', () => {
  const { record } = run({ steps: [...SENT_AND_HEAD, { at: 100, bytes: event('a') }] })
  expect(record).toMatchObject({ firstOutputAt: 100, outputTokens: 1, outputAt: Float64Array.of(100) })
})

test('time-outs of Infinity never come', () => {
  const never: Timeouts = { connect: Infinity, firstByte: Infinity, idle: Infinity, total: Infinity }
  const late: Step[] = [
    { at: 1e9, sent: true },
    { at: 2e9, head: 200 },
    { at: 3e9, bytes: event('a', 'stop') },
    { at: 4e9, end: true },
  ]
  expect(run({ steps: late, options: { timeouts: never } }).record.outcome).toEqual({ status: 'completed' })
  expect(run({ steps: late, options: { timeouts: DEFAULT_TIMEOUTS } }).record.outcome).toMatchObject({
    kind: 'connect',
  })
})

test.for([
  { status: 401, body: '{"error":"Unauthorized"}', says: /401.*Unauthorized/s },
  { status: 404, body: '{"object":"error","message":"The model `m` does not exist."}', says: /404.*does not exist/s },
  { status: 500, body: 'Internal Server Error', says: /500.*Internal Server Error/s },
])('HTTP $status fails with the words of its body', ({ status, body, says }) => {
  const { record } = run({
    steps: [
      { at: 1, sent: true },
      { at: 2, head: status },
      { at: 3, bytes: body },
      { at: 4, end: true },
    ],
  })
  expect(record.outcome).toMatchObject({ kind: 'http-status', message: expect.stringMatching(says) })
  expect(record.outputTokens).toBeNull()
})

test.for<{ name: string; steps: Step[]; kind: string }>([
  { name: 'a refused connection', steps: [{ at: 1, error: 'connect' }], kind: 'connect' },
  { name: 'a certificate nobody trusts', steps: [{ at: 1, error: 'tls' }], kind: 'tls' },
  {
    name: 'a connection cut before the head',
    steps: [
      { at: 1, sent: true },
      { at: 2, error: 'truncated' },
    ],
    kind: 'truncated',
  },
  {
    name: 'a connection cut in the stream',
    steps: [...SENT_AND_HEAD, { at: 3, bytes: event('a') }, { at: 4, error: 'truncated' }],
    kind: 'truncated',
  },
  {
    name: 'an error inside the stream',
    steps: [...SENT_AND_HEAD, { at: 3, bytes: `data: {"error":{"message":"boom"}}\n\n${DONE}` }, { at: 4, end: true }],
    kind: 'in-band-error',
  },
  {
    name: 'an answer without output',
    steps: [...SENT_AND_HEAD, { at: 3, bytes: event('', 'length') + DONE }, { at: 4, end: true }],
    kind: 'empty',
  },
])('$name fails as $kind', ({ steps, kind }) => {
  expect(run({ steps }).record.outcome).toMatchObject({ status: 'failed', kind })
})

test('abort ends the request now, keeps its stamps, and nothing follows', () => {
  const { record, aborted, records } = run({
    steps: [...SENT_AND_HEAD, { at: 10, bytes: event('a') }, { at: 20, bytes: event('b') }, { at: 30, end: true }],
    abortAt: 15,
  })
  expect(record).toMatchObject({ endedAt: 15, firstOutputAt: 10, outcome: { kind: 'aborted' } })
  expect({ aborted, records }).toEqual({ aborted: true, records: 1 })
})

test('abort after the end changes nothing', () => {
  const { record, records } = run({
    steps: [...SENT_AND_HEAD, { at: 10, bytes: event('a', 'stop') }, { at: 20, end: true }],
    abortAt: 25,
  })
  expect(record.outcome).toEqual({ status: 'completed' })
  expect(records).toBe(1)
})

test.for([
  { name: 'of the length asked for', tokens: 3, outcome: { status: 'completed' } },
  {
    name: 'told to be shorter',
    tokens: 2,
    outcome: {
      status: 'failed',
      kind: 'length-mismatch',
      message: '2 tokens were generated where 3 were asked for.',
    },
  },
  { name: 'estimated to be shorter', tokens: null, outcome: { status: 'completed' } },
])('where other lengths fail, an answer $name ends so', ({ tokens, outcome }) => {
  const usage = tokens === null ? null : { prompt_tokens: 7, completion_tokens: tokens }
  const steps = [...SENT_AND_HEAD, { at: 3, bytes: event('a', 'stop', usage) }, { at: 4, end: true as const }]
  expect(run({ steps, options: { failOtherLengths: true } }).record.outcome).toEqual(outcome)
  expect(run({ steps }).record.outcome).toEqual({ status: 'completed' })
})
