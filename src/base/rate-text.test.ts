import { expect, test } from 'vitest'
import { atRate, rateText } from './rate-text.ts'

test.for([
  [8, '8 req/s', 'vllm @ 8 req/s'],
  [0.5, '0.5 req/s', 'vllm @ 0.5 req/s'],
  // As code gives it, and as a report writes it.
  [Infinity, 'all at once', 'vllm, all at once'],
  [null, 'all at once', 'vllm, all at once'],
] as const)('a rate of %d in words, and what is under it', ([rate, text, label]) => {
  expect([rateText(rate), atRate('vllm', rate)]).toEqual([text, label])
})
