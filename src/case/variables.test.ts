import { describe, expect, test } from 'vitest'
import { NO_PROXIES } from '../client/proxy.ts'
import { readVariables, unknownVariables } from './variables.ts'

describe('a variable that says nothing, or what nobody knows, is an error that names it', () => {
  test.each([
    [{ LLM_BENCH_SLO: '' }, /^LLM_BENCH_SLO is set, and empty\. .*CI files expand/],
    [{ LLM_BENCH_SLO: ' \t' }, /^LLM_BENCH_SLO is set, and empty/],
    [{ LLM_BENCH_SLO: 'ttft.p99' }, /^LLM_BENCH_SLO cannot be read: expected "<"/],
    [{ LLM_BENCH_MODEL: '' }, /^LLM_BENCH_MODEL is set, and empty/],
    [{ LLM_BENCH_API_KEY: '' }, /^LLM_BENCH_API_KEY is set, and empty/],
    [{ LLM_BENCH_DATASET: '' }, /^LLM_BENCH_DATASET is set, and empty/],
    [{ LLM_BENCH_DATASET: 'a.json', LLM_BENCH_TOKENIZER: '' }, /^LLM_BENCH_TOKENIZER is set, and empty/],
    [{ LLM_BENCH_TOKENIZER: 'o200k_base' }, /^LLM_BENCH_TOKENIZER is set, and LLM_BENCH_DATASET is not/],
    [{ LLM_BENCH_HARDWARE: '' }, /^LLM_BENCH_HARDWARE is set, and empty/],
    [{ LLM_BENCH_INCONCLUSIVE: '' }, /^LLM_BENCH_INCONCLUSIVE is set, and empty/],
    [{ LLM_BENCH_INCONCLUSIVE: 'error' }, /^LLM_BENCH_INCONCLUSIVE is "error"\. Use one of: fail, warn\./],
    [{ LLM_BENCH_INCONCLUSIVE: 'fial' }, /^LLM_BENCH_INCONCLUSIVE is "fial"\. Did you mean "fail"\?/],
    [{ LLM_BENCH_SIMULATE: '' }, /^LLM_BENCH_SIMULATE is set, and empty/],
    [{ LLM_BENCH_SIMULATE: 'false' }, /^LLM_BENCH_SIMULATE is "false"\. Use one of: 0, 1\./],
    [{ LLM_BENCH_CALIBRATE: 'no' }, /^LLM_BENCH_CALIBRATE is "no"\. Use one of: 0, 1\./],
  ])('%o', (env, message) => {
    expect(() => readVariables(env)).toThrow(message)
  })
})

test('what is not set, and what is known, is no error', () => {
  const nothing = readVariables({ OTHER: 'x' })
  expect(Object.values(nothing).filter((value) => value !== null)).toEqual([{}, NO_PROXIES])
  expect(nothing).toMatchObject({ urls: {}, proxies: NO_PROXIES })
  const env = {
    VLLM_URL: 'http://a',
    OLLAMA_URL: '',
    LLM_BENCH_MODEL: 'llama',
    LLM_BENCH_SIMULATE: '1',
    LLM_BENCH_CALIBRATE: '0',
    LLM_BENCH_INCONCLUSIVE: 'warn',
    LLM_BENCH_SLO: 'ttft.p99<400',
    LLM_BENCH_DATASET: 'chats.jsonl',
    LLM_BENCH_TOKENIZER: 'o200k_base',
  }
  expect(readVariables(env)).toEqual({
    // An empty one is an error of the cases of that framework alone.
    urls: { VLLM_URL: 'http://a', OLLAMA_URL: '' },
    model: 'llama',
    apiKey: null,
    dataset: expect.objectContaining({
      label: expect.stringContaining('chats.jsonl'),
      countedBy: 'its rows, else o200k_base',
    }),
    hardware: null,
    slo: { ttft: { p99: 400 } },
    simulate: true,
    calibrate: false,
    inconclusive: 'warn',
    proxies: NO_PROXIES,
  })
})

test('a misspelt name is told, with the nearest one', () => {
  const env = { LLM_BENCH_SLOO: 'ttft.p99<1', LLM_BENCH_SLO: 'ttft.p99<1', LLM_BENCH_MY_OWN_SWITCH: '1', OTHER: '' }
  expect(unknownVariables(env)).toEqual([
    'LLM_BENCH_SLOO is no variable of vitest-llm-bench. After LLM_BENCH_: Did you mean "SLO"?',
    expect.stringMatching(/^LLM_BENCH_MY_OWN_SWITCH is no variable .*Use one of: MODEL, API_KEY, DATASET/),
  ])
})
