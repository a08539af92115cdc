import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDecoder } from './create-decoder.ts'
import type { DecodedStream, DecoderOptions } from './protocol.ts'
import { PROTOCOL_IDS, type ProtocolId } from './protocols.ts'
import { recordedStreams } from './recorded-streams.testkit.ts'

const streams = recordedStreams()

test.each<{ name: string; protocol: ProtocolId; body: string; expected: Partial<DecodedStream> }>([
  {
    name: 'Ollama: zero usage in each chunk, the true one at the end',
    protocol: 'openai-completions',
    body: sse(
      { choices: [{ text: 'a' }], usage: { prompt_tokens: 0, completion_tokens: 0 } },
      { choices: [{ text: '', finish_reason: 'stop' }], usage: { prompt_tokens: 0, completion_tokens: 0 } },
      { choices: [], usage: { prompt_tokens: 5, completion_tokens: 7 } },
    ),
    expected: { promptTokens: 5, completionTokens: 7, outputEvents: 1, finishReason: 'stop' },
  },
  {
    name: 'Ollama: zero usage to the end of an answer that has output',
    protocol: 'openai-completions',
    body: sse({ choices: [{ text: 'a', finish_reason: 'stop' }], usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    expected: { promptTokens: null, completionTokens: null, outputEvents: 1 },
  },
  {
    name: 'OpenAI: of the prompt none was cached, which is a count as well',
    protocol: 'openai-chat',
    body: sse(
      { choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }], usage: null },
      { choices: [], usage: { prompt_tokens: 16, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 0 } } },
    ),
    expected: { promptTokens: 16, cachedPromptTokens: 0 },
  },
  {
    name: 'OpenAI: details without a count of the cache, and a count that is none, say nothing',
    protocol: 'openai-completions',
    body: sse(
      { choices: [{ text: 'a' }], usage: { prompt_tokens: 16, prompt_tokens_details: null } },
      { choices: [], usage: { prompt_tokens: 16, prompt_tokens_details: { cached_tokens: -1 } } },
    ),
    expected: { promptTokens: 16, cachedPromptTokens: null },
  },
  {
    name: 'SGLang /generate: what was cached, at the end',
    protocol: 'sglang-generate',
    body: sse({
      text: 'Hi',
      meta_info: { prompt_tokens: 30, completion_tokens: 1, cached_tokens: 12, finish_reason: { type: 'stop' } },
    }),
    expected: { promptTokens: 30, cachedPromptTokens: 12 },
  },
  {
    name: 'SGLang /generate: everything so far in each event',
    protocol: 'sglang-generate',
    body: sse(
      { text: 'Hi', meta_info: { prompt_tokens: 3, completion_tokens: 1, finish_reason: null } },
      { text: 'Hi there', meta_info: { prompt_tokens: 3, completion_tokens: 2, finish_reason: null } },
      { text: 'Hi there', meta_info: { prompt_tokens: 3, completion_tokens: 3, finish_reason: { type: 'stop' } } },
    ),
    expected: { text: 'Hi there', contentEvents: 2, completionTokens: 3, promptTokens: 3, finishReason: 'stop' },
  },
  {
    name: 'SGLang /generate: a second step without visible text is told by its ids',
    protocol: 'sglang-generate',
    body: sse(
      { text: 'Hi', output_ids: [1], meta_info: { completion_tokens: 1, finish_reason: null } },
      { text: 'Hi', output_ids: [1, 2], meta_info: { completion_tokens: 2, finish_reason: { type: 'stop' } } },
    ),
    expected: { text: 'Hi', contentEvents: 1, completionTokens: 2, finishReason: 'stop' },
  },
  {
    name: 'lmdeploy /generate: new text and new ids',
    protocol: 'sglang-generate',
    body: sse(
      { text: 'ha', output_ids: [1], meta_info: { completion_tokens: 1, finish_reason: null } },
      { text: 'ha', output_ids: [1], meta_info: { completion_tokens: 2, finish_reason: null } },
      { text: '', output_ids: [], meta_info: { completion_tokens: 2, finish_reason: { type: 'length' } } },
    ),
    expected: { text: 'haha', contentEvents: 2, completionTokens: 2, finishReason: 'length' },
  },
  {
    name: 'Ollama: a swallowed error ends cleanly, without a finish reason',
    protocol: 'openai-chat',
    body: sse({ choices: [{ delta: { content: 'a' } }] }, { choices: [{ delta: {} }] }),
    expected: { error: null, finishReason: null, endedWithDone: false, outputEvents: 1 },
  },
  {
    name: 'TGI chat: an error event and then [DONE]',
    protocol: 'openai-chat',
    body: `${sse({ error: { message: 'overloaded', http_status_code: 429 } })}data: [DONE]\n\n`,
    expected: { error: 'overloaded', endedWithDone: true },
  },
  {
    name: 'a connection lost within the first JSON line',
    protocol: 'lmdeploy-interactive',
    body: '{"text":"He',
    expected: { error: null, events: 0 },
  },
  {
    name: 'SGLang /generate --incremental-streaming-output: new text only',
    protocol: 'sglang-generate',
    body: sse({ text: 'Hi' }, { text: ' the' }, { text: 're' }),
    expected: { text: 'Hi there', contentEvents: 3 },
  },
  {
    name: 'Triton BLS that accumulates',
    protocol: 'triton-generate',
    body: sse(...['a', 'a b', 'a b c', 'a b c d', 'a b c d e', 'a b c d e f'].map((text_output) => ({ text_output }))),
    expected: { text: 'a b c d e f', contentEvents: 6 },
  },
  {
    name: 'Triton BLS that does not: two pieces that look accumulated are put right',
    protocol: 'triton-generate',
    body: sse({ text_output: '1' }, { text_output: '10' }, { text_output: '7' }),
    expected: { text: '1107', contentEvents: 3 },
  },
  {
    name: 'Triton ensemble: pieces that repeat are pieces',
    protocol: 'triton-generate',
    body: sse(...['a', 'aa', 'aaa'].map((text_output) => ({ sequence_id: 0, text_output }))),
    expected: { text: 'aaaaaa', contentEvents: 3 },
  },
  {
    name: 'llama.cpp b4747: the error is a field of its own',
    protocol: 'openai-chat',
    body: `${sse({ choices: [{ delta: { content: 'a' } }] })}error: {"code":500,"message":"gone"}\n\ndata: [DONE]\n\n`,
    expected: { error: 'gone', endedWithDone: true, contentEvents: 1 },
  },
  {
    name: 'llama.cpp before stop_type',
    protocol: 'llamacpp-completion',
    body: sse({ content: 'a', stop: false }, { content: '', stop: true, stopped_limit: true, tokens_predicted: 1 }),
    expected: { finishReason: 'limit', completionTokens: 1, text: 'a' },
  },
  {
    name: 'a JSON string that holds the error, under 200',
    protocol: 'openai-completions',
    body: JSON.stringify(JSON.stringify({ object: 'error', message: 'best_of' })),
    expected: { error: 'best_of', events: 0 },
  },
  {
    name: 'a page of a proxy, under 200',
    protocol: 'openai-chat',
    body: '<html>\n<h1>Bad Gateway</h1>\n</html>\n',
    expected: { error: '<html>\n<h1>Bad Gateway</h1>\n</html>', outputEvents: 0 },
  },
  {
    name: 'a server that does not stream',
    protocol: 'openai-chat',
    body: JSON.stringify({ choices: [{ message: { content: 'whole' }, finish_reason: 'stop' }] }, null, 2),
    expected: { text: 'whole', outputEvents: 1, finishReason: 'stop', error: null },
  },
  {
    name: 'an event that is no JSON',
    protocol: 'openai-chat',
    body: 'data: oops\n\n',
    expected: { error: 'unreadable event: oops' },
  },
  {
    name: 'an error as JSON line',
    protocol: 'lmdeploy-interactive',
    body: '{"object":"error","message":"no session"}\n',
    expected: { error: 'no session' },
  },
])('$name', ({ protocol, body, expected }) => {
  expect(decode(protocol, [new TextEncoder().encode(body)])).toMatchObject(expected)
})

const bodies = streams.filter(({ expected }) => expected.protocol === 'http-error-body')

test.each(PROTOCOL_IDS)('a decoder for %s reads the error body that may come instead of its stream', (protocol) => {
  expect(bodies.length).toBeGreaterThan(5)
  for (const { body, expected } of bodies) {
    expect(decode(protocol, [body])).toMatchObject({ error: expected.error, outputEvents: 0 })
  }
})

test('the prompt that vLLM /generate repeats is taken off exactly when it is known', () => {
  const body = new TextEncoder().encode(
    '{"text":["San Francisco is a big city"]}\0{"text":["San Francisco is a big city in"]}\0',
  )
  expect(decode('vllm-generate-nul', [body], { prompt: 'San Francisco is a' }).text).toBe(' big city in')
  expect(decode('vllm-generate-nul', [body]).text).toBe(' city in')
})

test('without keepText the counts are the same and no text is kept', () => {
  for (const { body, expected } of streams) {
    const kept = decode(expected.protocol, [body])
    const lean = decode(expected.protocol, [body], { keepText: false })
    expect(lean).toEqual({ ...kept, keepText: false, text: '', reasoningText: '' })
  }
})

test.each(PROTOCOL_IDS)('a decoder for %s gives up on an answer without end and keeps little of it', (protocol) => {
  for (const line of ['x'.repeat(1024), `data: ${'x'.repeat(1017)}\n`, `{"a":"${'x'.repeat(1017)}`]) {
    const chunk = new TextEncoder().encode(line)
    // 9 MiB, one more than an unfinished event may have.
    const decoded = decode(
      protocol,
      Array.from({ length: 9 * 1024 }, () => chunk),
    )
    expect(decoded.error).not.toBeNull()
    expect(decoded.error?.length).toBeLessThanOrEqual(2000)
    expect(decoded.outputEvents).toBe(0)
  }
})

test('random bytes never throw, for any protocol', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  const tokens = fc.constantFrom(
    'data:',
    'data: ',
    'error:',
    '\n',
    '\r\n',
    '{',
    '}',
    '"',
    '[DONE]',
    ':',
    '\0',
    'null',
    '[',
    ']',
  )
  const nearly = fc.array(tokens, { maxLength: 60 }).map((parts) => new TextEncoder().encode(parts.join('')))
  fc.assert(
    fc.property(
      fc.constantFrom(...PROTOCOL_IDS),
      fc.array(fc.oneof(bytes, nearly), { maxLength: 5 }),
      (protocol, chunks) => {
        expectSane(decode(protocol, chunks), chunks)
      },
    ),
    { numRuns: 1000 },
  )
})

test('truncated, spliced and spoilt streams never throw, and read the same however they are cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PROTOCOL_IDS), mutatedBody(), fc.nat(), (protocol, body, cut) => {
      const at = cut % (body.length + 1)
      const chunks = [body.slice(0, at), body.slice(at)]
      const decoded = decode(protocol, chunks)
      expectSane(decoded, chunks)
      expect(decoded).toEqual(decode(protocol, [body]))
    }),
    { numRuns: 1000 },
  )
})

test('without keepText nothing but the text differs on mutated streams either', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PROTOCOL_IDS), mutatedBody(), (protocol, body) => {
      const kept = decode(protocol, [body])
      expect(decode(protocol, [body], { keepText: false })).toEqual({
        ...kept,
        keepText: false,
        text: '',
        reasoningText: '',
      })
    }),
    { numRuns: 2000 },
  )
})

/** The head of one recorded stream, the tail of another, and some bytes overwritten. */
function mutatedBody(): fc.Arbitrary<Uint8Array> {
  const stream = fc.constantFrom(...streams.map(({ body }) => body))
  const spoil = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...' "\\{}[]:,\n\r\0a1u'.split(''))), { maxLength: 4 })
  return fc.tuple(stream, fc.nat(), stream, fc.nat(), spoil).map(([head, headEnd, tail, tailStart, spoilt]) => {
    const start = head.subarray(0, headEnd % (head.length + 1))
    const body = new Uint8Array([...start, ...tail.subarray(tailStart % (tail.length + 1))])
    for (const [at, byte] of spoilt) if (body.length > 0) body[at % body.length] = byte.charCodeAt(0)
    return body
  })
}

function expectSane(decoded: DecodedStream, chunks: Uint8Array[]): void {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  expect(decoded.events).toBeLessThanOrEqual(bytes)
  expect(decoded.outputEvents).toBeLessThanOrEqual(decoded.events)
  expect(decoded.contentEvents).toBeLessThanOrEqual(decoded.answerEvents)
  expect(decoded.answerEvents).toBeLessThanOrEqual(decoded.outputEvents)
}

function decode(protocol: ProtocolId, chunks: Uint8Array[], options: DecoderOptions = {}): DecodedStream {
  const decoder = createDecoder(protocol, options)
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
  return decoder.state
}

function sse(...events: object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
}
