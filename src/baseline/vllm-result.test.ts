import { expect, test } from 'vitest'
import type { RequestRecord } from '../record.ts'
import { failedRecord, madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import { fromVllmResult, toVllmResult } from './vllm-result.ts'

/** As benchmark_serving.py of vLLM 0.4.1 wrote it; the numbers are those of the study at 5 requests/s. */
const OLD = {
  date: '20240504-120000',
  backend: 'vllm',
  model_id: 'meta-llama/Meta-Llama-3-8B-Instruct',
  tokenizer_id: 'meta-llama/Meta-Llama-3-8B-Instruct',
  best_of: 1,
  use_beam_search: false,
  num_prompts: 1000,
  request_rate: 5,
  duration: 218.21,
  completed: 1000,
  total_input_tokens: 213987,
  total_output_tokens: 199774,
  request_throughput: 4.58,
  input_throughput: 980.65,
  output_throughput: 915.52,
  mean_ttft_ms: 131,
  median_ttft_ms: 119.85,
  p99_ttft_ms: 370.85,
  mean_tpot_ms: 83,
  median_tpot_ms: 82.95,
  p99_tpot_ms: 96.64,
  input_lens: [5],
  output_lens: [5],
  ttfts: [0.1],
  itls: [[0.01]],
  generated_texts: ['x'],
  errors: [''],
}

/** As `vllm bench serve --save-result --metric-percentiles 90,99` writes it today. */
const NEW = {
  date: '20260822-093000',
  endpoint_type: 'openai',
  backend: 'vllm',
  label: '0.14.0',
  model_id: 'meta-llama/Meta-Llama-3-8B-Instruct',
  tokenizer_id: 'meta-llama/Meta-Llama-3-8B-Instruct',
  num_prompts: 200,
  request_rate: 'inf',
  burstiness: 1,
  max_concurrency: null,
  duration: 20,
  completed: 198,
  failed: 2,
  total_input_tokens: 40000,
  total_output_tokens: 30000,
  request_throughput: 9.9,
  request_goodput: null,
  output_throughput: 1500,
  total_token_throughput: 3500,
  mean_ttft_ms: 100,
  median_ttft_ms: 90,
  std_ttft_ms: 10,
  p90_ttft_ms: 120,
  p99_ttft_ms: 150,
  mean_e2el_ms: 2000,
  median_e2el_ms: 1900,
  p99_e2el_ms: 4000,
}

test('the keys of 2024 become a line of a history', () => {
  expect(fromVllmResult(OLD, 'old.json')).toMatchObject({
    source: 'vllm bench serve',
    framework: 'vllm',
    version: null,
    requestRate: 5,
    recordedAt: '2024-05-04T12:00:00Z',
    trials: [
      {
        metrics: {
          'ttft.p50': 119.85,
          'ttft.p99': 370.85,
          'tpot.p50': 82.95,
          requestThroughput: 4.58,
          // 1000 sent, 1000 completed.
          failed: 0,
          durationMs: 218_210,
        },
      },
    ],
  })
})

test('so do those of today, with all at once, a label and more percentiles', () => {
  expect(fromVllmResult(NEW, 'new.json')).toMatchObject({
    version: '0.14.0',
    requestRate: null,
    trials: [{ metrics: { 'ttft.p50': 90, 'ttft.p90': 120, 'ttft.std': 10, 'e2eLatency.p99': 4000, failed: 2 } }],
  })
})

test.each([
  ['a number of prompts that is a word', { ...OLD, num_prompts: 'many' }, /num_prompts/],
  ['no date', { ...OLD, date: undefined }, /date/],
  ['no result at all', { hello: 1 }, /no result of vllm bench serve/],
])('%s is an error that names the field', (_, json, message) => {
  expect(() => fromVllmResult(json, 'some.json')).toThrow(message)
})

function exported(records: readonly RequestRecord[]): Record<string, unknown> {
  const report = madeUpReport(records)
  return toVllmResult(report, report.trials[0]!)
}

test('a trial is exported by the definitions of vLLM: from the sending, failures apart, arrays in seconds', () => {
  // Sent 20 ms late: TTFT is 100 ms from the due time and 80 ms from the sending.
  const late = madeUpRecord({ dueAt: 0, sentAt: 20 })
  const failed = failedRecord({ index: 1, dueAt: 50, sentAt: 50 })
  const result = exported([late, failed])
  expect(result).toMatchObject({ num_prompts: expect.any(Number), completed: 1, failed: 1, request_rate: 8 })
  expect(result['mean_ttft_ms']).toBeCloseTo(80, 0)
  expect((result['ttfts'] as number[])[0]).toBeCloseTo(0.08, 3)
  expect(result['ttfts']).toHaveLength(2)
  expect(result['errors']).toEqual(['', 'connect'])
  expect(result['output_lens']).toEqual([5, 0])
})

test('what was exported can be imported', () => {
  const entry = fromVllmResult(JSON.parse(JSON.stringify(exported([madeUpRecord()]))), 'own.json')
  expect(entry).toMatchObject({ framework: 'vllm', requestRate: 8 })
  expect(entry.trials[0]?.metrics['tpot.p50']).toBeCloseTo(10, 1)
})
