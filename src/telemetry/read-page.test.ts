import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { METRICS_TABLES } from '../frameworks/catalog.ts'
import { TRITON } from '../frameworks/tensorrt-llm.ts'
import * as pages from './pages.testkit.ts'
import { readPage } from './read-page.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import { NOTHING_TOLD } from './reading.ts'

const TOLD: { server: string; page: string; levels: Partial<Levels>; histograms: string[] }[] = [
  {
    server: 'vLLM 0.4.1',
    page: pages.VLLM_041,
    levels: {
      running: 92,
      waiting: 323,
      swapped: 0,
      kvCacheUse: 0.9887640449438202,
      promptThroughput: 1203.4,
      generationThroughput: 1650.2,
      promptTokens: 213_987,
      generationTokens: 199_774,
    },
    histograms: ['ttft', 'itl'],
  },
  {
    // two engines: 30 + 28 run, 4 + 0 wait; the fuller cache counts
    server: 'vLLM main',
    page: pages.VLLM_MAIN,
    levels: {
      running: 58,
      waiting: 4,
      kvCacheUse: 0.93,
      promptTokens: 1500,
      generationTokens: 1500,
      preemptions: 7,
      prefixQueries: 1000,
      prefixHits: 256,
    },
    histograms: ['ttft', 'queueTime', 'prefillTime', 'decodeTime', 'tpot', 'itl', 'e2eLatency'],
  },
  {
    server: 'lmdeploy 0.16.0',
    page: pages.LMDEPLOY_016,
    levels: {
      running: 64,
      waiting: 12,
      kvCacheUse: 0.87,
      promptTokens: 5000,
      generationTokens: 4000,
      prefixHits: 512,
    },
    histograms: ['ttft', 'queueTime', 'itl'],
  },
  {
    // 75 active, 60 of them scheduled; 300 of 400 blocks
    server: 'Triton',
    page: pages.TRITON,
    levels: { running: 60, waiting: 15, swapped: 2, kvCacheUse: 0.75 },
    histograms: [],
  },
  {
    server: 'trtllm-serve',
    page: pages.TRTLLM_SERVE,
    levels: { running: 16, waiting: 3, swapped: 1, kvCacheUse: 0.5, promptTokens: 900, generationTokens: 800 },
    histograms: ['queueTime', 'tpot'],
  },
  {
    // the newest iteration counts: 120 of 160 blocks
    server: "trtllm-serve's list",
    page: pages.TRTLLM_ITERATIONS,
    levels: { running: 8, waiting: 5, swapped: 1, kvCacheUse: 0.75 },
    histograms: [],
  },
  {
    server: 'mlc-llm main',
    page: pages.MLC_MAIN,
    levels: { promptThroughput: 2400.5, generationThroughput: 121.9, promptTokens: 3000, generationTokens: 2500 },
    histograms: [],
  },
  {
    server: 'SGLang',
    page: pages.SGLANG,
    levels: {
      running: 40,
      waiting: 11,
      swapped: 0,
      kvCacheUse: 0.42,
      generationThroughput: 912.5,
      promptTokens: 7000,
      generationTokens: 6000,
      preemptions: 3,
      prefixHits: 128,
    },
    histograms: ['queueTime', 'itl'],
  },
  {
    server: 'llama.cpp',
    page: pages.LLAMACPP,
    levels: {
      running: 4,
      waiting: 6,
      kvCacheUse: 0.25,
      promptThroughput: 80,
      generationThroughput: 31.5,
      promptTokens: 120,
      generationTokens: 90,
    },
    histograms: [],
  },
  {
    server: 'TGI',
    page: pages.TGI,
    levels: { running: 24, waiting: 9, promptTokens: 1024, generationTokens: 512 },
    histograms: ['queueTime', 'tpot', 'e2eLatency'],
  },
]

test.each(TOLD)('$server', ({ page, levels, histograms }) => {
  const reading = readPage(page, METRICS_TABLES)
  expect(reading?.levels).toEqual({ ...NOTHING_TOLD, ...levels })
  expect(Object.keys(reading?.histograms() ?? {})).toEqual(histograms)
})

const recorded = (name: string) =>
  readPage(readFileSync(new URL(`../../fixtures/metrics/${name}.txt`, import.meta.url), 'utf8'), METRICS_TABLES)

test('a real llama.cpp b10434', () => {
  expect(recorded('llama.cpp-b10434')?.levels).toEqual({
    ...NOTHING_TOLD,
    running: 0,
    waiting: 0,
    promptThroughput: 0,
    generationThroughput: 0,
    promptTokens: 3663,
    generationTokens: 6000,
    prefixHits: 0,
  })
})

test('a real vLLM 0.32.0', () => {
  const reading = recorded('vllm-0.32.0')
  expect(reading?.levels).toEqual({
    ...NOTHING_TOLD,
    running: 0,
    waiting: 0,
    kvCacheUse: 0,
    promptTokens: 2093,
    generationTokens: 35,
    preemptions: 0,
    prefixQueries: 2093,
    prefixHits: 0,
  })
  expect(Object.values(reading?.histograms() ?? {}).map(({ count }) => count)).toEqual([6, 6, 6, 6, 6, 29, 6])
})

test('a list of iterations that somebody else has drained tells nothing, and is still one', () => {
  expect(readPage('[]', METRICS_TABLES)?.levels).toEqual(NOTHING_TOLD)
})

test.each(['', 'OK', '<!doctype html><title>Not Found</title>', '{"detail":"Not Found"}', '[1, 2', '["a"]', 'up 1'])(
  'nobody speaks like %j',
  (text) => {
    expect(readPage(text, METRICS_TABLES)).toBeNull()
  },
)

test('where only Triton may be expected, another server is not taken for it', () => {
  expect(readPage(pages.VLLM_041, [TRITON.metrics!])).toBeNull()
})
