import { expect, test } from 'vitest'
import { groupCases, labelCases } from './groups.ts'
import { sampleCase, studyCases } from './sample-reports.testkit.ts'

test('groups come in the order of the frameworks, their rows by rising rate with all at once last', () => {
  const burst = sampleCase({ load: { requestRate: null } })
  const groups = groupCases([burst, ...studyCases().toReversed()])
  expect(groups.map(({ label, cases }) => [label, ...cases.map(({ load }) => load.requestRate)])).toEqual([
    ['vllm 0.4.1 awq', 5],
    ['vllm 0.4.1 base', 1, 2, 5, 8, null],
    ['lmdeploy 0.4.0 base', 1, 2, 5, 8],
    ['lmdeploy 0.4.0 kv-int8', 8],
    ['mlc-llm 0.1.dev1166 w4a16', 1, 2, 5],
  ])
})

test('the model is in a title when there are several, in a label only when nothing else differs', () => {
  const llama = sampleCase({ target: { model: 'llama' } })
  const qwen = sampleCase({ target: { model: 'qwen' } })
  const other = sampleCase({ target: { framework: 'sglang', version: null, model: 'llama' } })
  expect(groupCases([llama, qwen, other]).map(({ label, title }) => [label, title])).toEqual([
    ['vllm 0.4.1 base · llama', 'vllm 0.4.1 base · llama'],
    ['vllm 0.4.1 base · qwen', 'vllm 0.4.1 base · qwen'],
    ['sglang base', 'sglang base · llama'],
  ])
})

test('cases that would read the same are told apart by case', () => {
  expect([...labelCases([sampleCase(), sampleCase({ case: 'chat > sampled' })]).values()]).toEqual([
    'vllm 0.4.1 base, 5 req/s, rtx 3090 > vllm base 5 req/s',
    'vllm 0.4.1 base, 5 req/s, chat > sampled',
  ])
})
