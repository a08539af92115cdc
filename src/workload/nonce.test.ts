import * as fc from 'fast-check'
import { Tiktoken } from 'js-tiktoken/lite'
import cl100k from 'js-tiktoken/ranks/cl100k_base'
import o200k from 'js-tiktoken/ranks/o200k_base'
import { expect, test } from 'vitest'
import { createRandom } from '../base/random.ts'
import { bodyOf, NONCE_TOKENS, withNonces } from './nonce.ts'
import { promptOfTokens } from './words.ts'
import type { PromptRequest } from './workload.ts'

const encodings = [
  { name: 'cl100k_base', encoding: new Tiktoken(cl100k) },
  { name: 'o200k_base', encoding: new Tiktoken(o200k) },
]

/** A filler prompt of that many tokens. */
const filler = (promptTokens: number): PromptRequest => ({
  prompt: promptOfTokens(createRandom(promptTokens, 'test'), promptTokens),
  promptTokens,
  outputTokens: 1,
  isFiller: true,
})
const asSent = (requests: readonly PromptRequest[], key: string, seed = 0) =>
  withNonces(requests.map(bodyOf), key, seed)

test.each(encodings)('$name: a filler prompt keeps its length, shorter than a nonce or longer', ({ encoding }) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
      fc.string(),
      (lengths, key) => {
        const sent = asSent(lengths.map(filler), key)
        expect(sent.map(({ promptTokens }) => promptTokens)).toEqual(lengths)
        expect(sent.map(({ prompt }) => encoding.encode(prompt).length)).toEqual(lengths)
      },
    ),
  )
})

// The blank joins the first word of the text, which may be another token with it than without.
test.each(encodings)(
  '$name: a text becomes longer by the nonce, one token more or less at the seam',
  ({ encoding }) => {
    const texts = [
      'Hello!',
      'naïve',
      '日本語',
      '\n\ncode',
      ' indented',
      '{"a": 1}',
      '12345',
      "I'm",
      '    four',
      'Übung',
      '😀',
    ]
    const requests = texts.map((prompt) => ({ prompt, promptTokens: encoding.encode(prompt).length, outputTokens: 1 }))
    for (const [i, { prompt, promptTokens }] of asSent(requests, 'a').entries()) {
      expect(prompt.endsWith(` ${texts[i]}`)).toBe(true)
      expect(promptTokens).toBe(requests[i]!.promptTokens + NONCE_TOKENS)
      expect(Math.abs(encoding.encode(prompt).length - promptTokens), texts[i]).toBeLessThanOrEqual(1)
    }
    const [hello] = asSent(requests, 'a')
    expect(encoding.encode(hello!.prompt)).toHaveLength(hello!.promptTokens)
  },
)

test('no two prompts of a load begin alike, were they the same prompt a thousand times', () => {
  const sent = asSent(Array<PromptRequest>(5000).fill(filler(30)), 'a')
  expect(new Set(sent.map(headOf)).size).toBe(5000)
})

test('one key and seed give one load, to the byte; others share no beginning with it', () => {
  const requests = Array.from({ length: 2000 }, () => filler(9))
  expect(asSent(requests, 'a')).toEqual(asSent(requests, 'a'))
  const loads = [asSent(requests, 'a'), asSent(requests, 'b'), asSent(requests, 'a', 1)]
  const heads = loads.flatMap((load) => load.map(headOf))
  expect(new Set(heads).size).toBe(6000)
})

function headOf({ prompt }: PromptRequest): string {
  return prompt.split(' ').slice(0, NONCE_TOKENS).join(' ')
}
