import { expect, test } from 'vitest'
import { targetLabel } from './target.ts'

test.for([
  [{ framework: 'vllm', version: '0.4.1', variant: 'base' }, 'vllm 0.4.1'],
  [{ framework: 'vllm', version: '0.4.1', variant: 'awq' }, 'vllm 0.4.1 awq'],
  // A version that nobody knows, and the variant that goes without saying, are left out.
  [{ framework: 'mlc-llm', version: null, variant: 'w4a16' }, 'mlc-llm w4a16'],
  [{ framework: 'openai', version: null, variant: 'base' }, 'openai'],
] as const)('%j is called %s', ([target, label]) => {
  expect(targetLabel(target)).toBe(label)
})
