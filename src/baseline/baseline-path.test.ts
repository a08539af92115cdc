import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeBaseline } from './baseline-file.ts'
import { caseIdentity, type CaseIdentity } from './case-identity.ts'
import { baselineOf } from './compare-baseline.ts'
import { madeUpRecord, madeUpReport } from '../metrics/records.testkit.ts'
import type { TargetFacts } from '../report.ts'
import { baselinePath, findSibling } from './baseline-path.ts'

const NAME = 'chat > vllm 0.5.0 > 2 req/s'
const NOW: TargetFacts = { ...madeUpReport([madeUpRecord()]).target, version: '0.5.0' }
const identity: CaseIdentity = caseIdentity(NAME, NOW, NOW)

/** A bench file of a folder of its own, beside which this baseline is stored. */
function benchFile(stored: { file: string; case: string; target?: Partial<TargetFacts> }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-siblings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const report = madeUpReport([madeUpRecord()], { case: stored.case, target: { ...NOW, ...stored.target } })
  writeBaseline(join(folder, '__baselines__', stored.file), baselineOf(report, 'A100'))
  return join(folder, 'chat.bench.ts')
}

test.for<[what: string, stored: Parameters<typeof benchFile>[0], of: string]>([
  [
    'an older file, whose name and titles have the version',
    {
      file: 'chat.bench.chat_-_vllm_0.4.1_-_2_req-s.json',
      case: 'chat > vllm 0.4.1 > 2 req/s',
      target: { version: '0.4.1' },
    },
    'vllm 0.4.1, model llama',
  ],
  [
    'one of another model',
    { file: 'chat.bench.chat_-_vllm_qwen_-_2_req-s.json', case: 'chat > vllm > 2 req/s', target: { model: 'qwen' } },
    'vllm 0.5.0, model qwen',
  ],
  [
    'one that was recorded before the model was known',
    {
      file: 'chat.bench.chat_-_vllm_-_2_req-s.json',
      case: 'chat > vllm > 2 req/s',
      target: { model: null, version: null },
    },
    'vllm',
  ],
])('%s is a sibling', ([, stored, of]) => {
  const found = findSibling(benchFile(stored), identity, NAME)
  expect({ file: basename(found?.path ?? ''), of: found?.of }).toEqual({ file: stored.file, of })
})

test.for<[what: string, stored: Parameters<typeof benchFile>[0]]>([
  ['another rate', { file: 'chat.bench.a.json', case: 'chat > vllm 0.4.1 > 4 req/s' }],
  ['another variant', { file: 'chat.bench.a.json', case: 'chat > vllm awq > 2 req/s', target: { variant: 'awq' } }],
  [
    'another framework',
    { file: 'chat.bench.a.json', case: 'chat > sglang > 2 req/s', target: { framework: 'sglang' } },
  ],
  ['another bench file', { file: 'other.bench.a.json', case: 'chat > vllm > 2 req/s' }],
])('%s is no sibling', ([, stored]) => {
  expect(findSibling(benchFile(stored), identity, NAME)).toBeNull()
})

test('the file of an older format is found by its name', () => {
  const file = benchFile({ file: 'chat.bench.a.json', case: 'other' })
  const older = join(file, '../__baselines__/chat.bench.chat_-_vllm_0.5.0_-_2_req-s.json')
  mkdirSync(join(older, '..'), { recursive: true })
  writeFileSync(older, '{"schema":"vitest-llm-bench/baseline@1"}')
  expect(findSibling(file, identity, NAME)).toMatchObject({ path: older, of: null })
})

test('without any baseline there is no sibling', () => {
  expect(findSibling(join(tmpdir(), 'no-such-folder', 'chat.bench.ts'), identity, NAME)).toBeNull()
  expect(basename(baselinePath('bench/chat.bench.ts', identity))).toBe('chat.bench.chat_-_vllm_llama_-_2_req-s.json')
})
