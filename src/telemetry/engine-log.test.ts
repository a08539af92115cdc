import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEngineLogLine } from './engine-log.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import { NOTHING_TOLD } from './reading.ts'

const LINES: { server: string; line: string; levels: Partial<Levels> }[] = [
  {
    server: 'vLLM 0.4.1',
    line: 'INFO 04-26 02:15:11 metrics.py:229] Avg prompt throughput: 1203.4 tokens/s, Avg generation throughput: 1650.2 tokens/s, Running: 92 reqs, Swapped: 0 reqs, Pending: 323 reqs, GPU KV cache usage: 98.9%, CPU KV cache usage: 0.0%',
    levels: {
      running: 92,
      waiting: 323,
      swapped: 0,
      kvCacheUse: expect.closeTo(0.989),
      promptThroughput: 1203.4,
      generationThroughput: 1650.2,
    },
  },
  {
    server: 'vLLM main',
    line: '(EngineCore_DP0 pid=12) INFO 05-19 10:00:00 [loggers.py:257] Engine 000: Avg prompt throughput: 12.0 tokens/s, Avg generation throughput: 34.5 tokens/s, Running: 3 reqs, Waiting: 1 reqs, GPU KV cache usage: 7.5%, Prefix cache hit rate: 25.0%',
    levels: { running: 3, waiting: 1, kvCacheUse: 0.075, promptThroughput: 12, generationThroughput: 34.5 },
  },
  {
    server: 'vLLM 0.32.0 on a CPU, as it printed',
    line: '(APIServer pid=27705) INFO 11-24 14:12:57 [loggers.py:335] Engine 000: Avg prompt throughput: 560.4 tokens/s, Avg generation throughput: 120.0 tokens/s, Running: 2 reqs, Waiting: 0 reqs, CPU KV cache usage: 1.1%, Prefix cache hit rate: 23.5%',
    levels: {
      running: 2,
      waiting: 0,
      kvCacheUse: expect.closeTo(0.011),
      promptThroughput: 560.4,
      generationThroughput: 120,
    },
  },
  {
    server: 'lmdeploy 0.16.0',
    line: '[2026-08-21 10:00:00 DP0] Avg thr (in/out): 120.5 / 340.0 tokens/s, Server (succeeded/failed/routed/waiting): 9 / 0 / 12 / 2, Engine (running/waiting): 10 / 4, KV cache: 55.0%, Prefix cache hit rate: 0.0%',
    levels: { running: 10, waiting: 4, kvCacheUse: 0.55, promptThroughput: 120.5, generationThroughput: 340 },
  },
  {
    server: 'SGLang, decoding',
    line: '[2026-08-22 10:00:00 TP0] Decode batch, #running-req: 40, #token: 5000, token usage: 0.42, cuda graph: True, gen throughput (token/s): 912.50, #queue-req: 11',
    levels: { running: 40, waiting: 11, kvCacheUse: 0.42, generationThroughput: 912.5 },
  },
  {
    server: 'SGLang, prefilling',
    line: '[2026-08-22 10:00:00 TP0] Prefill batch, #new-seq: 2, #new-token: 600, #cached-token: 0, token usage: 0.40, #running-req: 38, #queue-req: 13, ',
    levels: { running: 38, waiting: 13, kvCacheUse: 0.4 },
  },
  {
    server: 'SGLang of 2024',
    line: '[gpu=0] Decode batch. #running-req: 5, #token: 800, token usage: 0.01, gen throughput (token/s): 99.00, #queue-req: 0',
    levels: { running: 5, waiting: 0, kvCacheUse: 0.01, generationThroughput: 99 },
  },
]

test.each(LINES)('$server', ({ line, levels }) => {
  expect(parseEngineLogLine(line)).toEqual({ ...NOTHING_TOLD, ...levels })
})

test.each([
  '',
  'INFO:     Application startup complete.',
  'INFO 04-26 02:15:11 llm_engine.py:98] Initializing an LLM engine (v0.4.1) with config: model=x, seed=0',
  'INFO:     127.0.0.1:5000 - "POST /v1/completions HTTP/1.1" 200 OK',
  'Running: many reqs, Waiting: few',
])('%j tells no state', (line) => {
  expect(parseEngineLogLine(line)).toBeNull()
})

test('a line of kilobytes is not looked at', () => {
  expect(parseEngineLogLine(`Running: 1 reqs, ${'x'.repeat(5000)}`)).toBeNull()
})

test('no line throws', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom(', ', ': ', ']', '/', 'Running: 1 reqs', '.', '9e999', '\u0000', '\u{1f4a5}'),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const levels = parseEngineLogLine(parts.join(''))
      for (const value of Object.values(levels ?? {})) expect(value === null || value >= 0).toBe(true)
    }),
  )
})
