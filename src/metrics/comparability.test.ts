import { expect, test } from 'vitest'
import type { RequestRecord } from '../record.ts'
import type { CaseReport } from '../report.ts'
import { comparability } from './comparability.ts'
import { madeUpRecord, madeUpReport } from './records.testkit.ts'

interface Row {
  readonly framework: CaseReport['target']['framework']
  readonly sampling?: CaseReport['target']['sampling']
  readonly digest?: string
  readonly requestRate?: number
  readonly validity?: Partial<CaseReport['validity']>
  /** What differs in each of ten requests, one a second. */
  readonly request?: (i: number) => Partial<RequestRecord>
}

function row({
  framework,
  sampling = { temperature: 0 },
  digest,
  requestRate = 8,
  validity,
  request = () => ({}),
}: Row): CaseReport {
  const records = Array.from({ length: 10 }, (_, i) => madeUpRecord({ index: i, dueAt: 1000 * i, ...request(i) }))
  const report = madeUpReport(records, digest === undefined ? {} : { digest })
  return {
    ...report,
    case: `suite > ${framework} > 8 req/s`,
    target: { ...report.target, framework, version: null, sampling },
    load: { ...report.load, requestRate },
    validity: { ...report.validity, ...validity },
  }
}

/** What is said of the first of the rows. */
function said(...rows: readonly Row[]): string[] {
  const reports = rows.map(row)
  return comparability(reports).get(reports[0]!) ?? []
}

const VLLM: Row = { framework: 'vllm' }

test('servers that answered the same load in the same way have nothing said of them', () => {
  expect(said(VLLM, { framework: 'sglang' }, { framework: 'lmdeploy', sampling: { top_k: 1 } })).toEqual([])
})

test('a chat template that adds 27 tokens to each prompt', () => {
  const mlc: Row = { framework: 'mlc-llm', request: () => ({ serverPromptTokens: 7 + 27 }) }
  const vllm: Row = { framework: 'vllm', request: () => ({ serverPromptTokens: 7 }) }
  expect(said(mlc, vllm)).toEqual([
    'the server counts 27 more tokens in a prompt than the workload, where another counts as many: a chat template, or another tokenizer',
  ])
  expect(said(vllm, mlc)).toEqual([])
})

test('another tokenizer counts 3 to 12 more: 7.5 on average', () => {
  const sglang: Row = { framework: 'sglang', request: (i) => ({ serverPromptTokens: 7 + 3 + i }) }
  const vllm: Row = { framework: 'vllm', request: () => ({ serverPromptTokens: 8 }) }
  expect(said(sglang, vllm)).toEqual([
    'the server counts 7.5 more tokens in a prompt than the workload on average (3 to 12), where another counts 1 more: a chat template, or another tokenizer',
  ])
})

test('early EOS: three of ten answers of 2 tokens instead of 5 make (7 * 5 + 3 * 2) / 10 = 4.1', () => {
  const short = (i: number): Partial<RequestRecord> => (i < 3 ? { outputTokens: 2, finishReason: 'stop' } : {})
  expect(said({ framework: 'tgi', request: short }, VLLM)).toEqual([
    'its answers have 4.1 tokens on average, where vllm has 5',
    '3 of 10 answers ended by themselves (stop), 30.0 % where another has 0.0 %: early EOS',
  ])
})

test('sampling that was asked for otherwise is said of both', () => {
  const hot: Row = {
    framework: 'sglang',
    sampling: { sampling_params: { temperature: 0.7, top_p: 0.9 }, stream: true },
  }
  expect(said(hot, VLLM)).toEqual([
    'it was asked for sampling with temperature 0.7, top_p 0.9, where another was asked for greedy decoding',
  ])
  expect(said(VLLM, hot)).toEqual([
    'it was asked for greedy decoding, where another was asked for sampling with temperature 0.7, top_p 0.9',
  ])
  // A report from before this was recorded.
  expect(said({ framework: 'sglang', sampling: {} }, VLLM)).toEqual([])
})

test('a warm prefix cache, beside one that is cold and beside a server that does not tell', () => {
  const warm: Row = { framework: 'vllm', validity: { cachedPromptShare: 0.43 } }
  const cold: Row = { framework: 'sglang', validity: { cachedPromptShare: 0 } }
  const found = 'its server found 43.0 % of the prompt tokens in its prefix cache'
  expect(said(warm, cold)).toEqual([`${found}, where another found 0.0 %: a warm cache`])
  expect(said(warm, { framework: 'mlc-llm' })).toEqual([`${found}, where another does not tell: a warm cache`])
  expect(said(cold, warm)).toEqual([])
})

test('a client that sent to one server more slowly than to another', () => {
  // Ten requests a second apart, against ten that are 1.25 s apart: 0.8 instead of 1 a second.
  const slow: Row = { framework: 'sglang', request: (i) => ({ sentAt: 1250 * i }) }
  expect(said(slow, VLLM)).toEqual(['0.80 requests/s were sent to it, where another got 1.00'])
})

test('another workload, unless another server has one like it', () => {
  const other: Row = { framework: 'sglang', digest: '0123456789ab' }
  const message = 'no row of another server had its workload (digest 01234567): other prompts, lengths or arrivals'
  expect(said(other, VLLM)).toEqual([message])
  expect(said(other, VLLM, { ...other, framework: 'tgi' })).toEqual([])
})

test('rows of another suite or rate, and other cases of the same server, are not held against each other', () => {
  const shorter: Row = { framework: 'vllm', request: () => ({ outputTokens: 2, finishReason: 'stop' }) }
  expect(said(shorter, VLLM)).toEqual([])
  expect(said({ ...shorter, framework: 'tgi', requestRate: 2 }, VLLM)).toEqual([])
})
