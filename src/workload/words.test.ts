import * as fc from 'fast-check'
import { Tiktoken } from 'js-tiktoken/lite'
import cl100k from 'js-tiktoken/ranks/cl100k_base'
import o200k from 'js-tiktoken/ranks/o200k_base'
import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { estimateTokens, promptOfTokens, WORDS } from './words.ts'

const encodings = [
  { name: 'cl100k_base', encoding: new Tiktoken(cl100k) },
  { name: 'o200k_base', encoding: new Tiktoken(o200k) },
]

test('there are a few hundred words, none twice', () => {
  expect(WORDS.length).toBeGreaterThan(300)
  expect(new Set(WORDS).size).toBe(WORDS.length)
})

test.each(encodings)('$name: every word is one token, with a blank before it and without', ({ encoding }) => {
  for (const word of WORDS) {
    expect(encoding.encode(word), word).toHaveLength(1)
    expect(encoding.encode(` ${word}`), word).toHaveLength(1)
  }
})

test.each(encodings)('$name: a prompt of n tokens has n tokens, and so says the estimate', ({ encoding }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (tokens, seed) => {
      const prompt = promptOfTokens(createRandom(seed, 'test'), tokens)
      expect(encoding.encode(prompt)).toHaveLength(tokens)
      expect(estimateTokens(prompt)).toBe(tokens)
    }),
    { numRuns: 50 },
  )
})

test.each([
  { text: '', tokens: 0 },
  { text: ' \n\t ', tokens: 0 },
  { text: 'one  two\nthree ', tokens: 3 },
  { text: 'twelveletter', tokens: 1 },
  { text: 'thirteenchars', tokens: 3 },
])('estimate of $text', ({ text, tokens }) => {
  expect(estimateTokens(text)).toBe(tokens)
})
