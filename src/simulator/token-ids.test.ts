import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBlockKeys } from './block-keys.ts'
import type { GenerationCall } from './dialects/dialect.ts'
import { readCall } from './read-call.ts'
import { promptIds, sequenceIds } from './token-ids.ts'

const read = (shape: 'completions' | 'chat', body: object): GenerationCall => {
  const call = readCall(shape, JSON.stringify({ max_tokens: 5, stream: true, ...body }), 11)
  if (typeof call === 'string') throw new Error(call)
  return call
}
const completion = (prompt: string, more: object = {}): GenerationCall => read('completions', { prompt, ...more })
const chat = (...messages: [role: string, content: string][]): GenerationCall =>
  read('chat', { messages: messages.map(([role, content]) => ({ role, content })) })

test('a prompt has as many ids as tokens are counted, whatever its words are', () => {
  const text = fc.stringMatching(/^[\w \n]{0,80}$/)
  fc.assert(
    fc.property(text, text, (one, other) => {
      const prompt = completion(one)
      expect(promptIds(prompt, 11).length).toBe(prompt.promptTokens)
      const messages = chat(['system', one], ['user', other])
      expect(promptIds(messages, 11).length).toBe(messages.promptTokens)
    }),
  )
})

test('equal words are equal tokens, long words have several, and a role is part of the first token of its message', () => {
  // `incomprehensible` has 16 letters: three tokens.
  const [a, b1, b2, b3, again] = promptIds(completion('one incomprehensible one'), 0)
  expect(again).toBe(a)
  expect(new Set([a, b1, b2, b3]).size).toBe(4)
  const [asked, ...rest] = promptIds(chat(['user', 'one two']), 0)
  const [told, ...same] = promptIds(chat(['system', 'one two']), 0)
  expect(asked).not.toBe(told)
  expect(rest).toEqual(same)
})

test('the template stands before every chat, and a salt changes the first token alone', () => {
  const [one, other] = [promptIds(chat(['user', 'one']), 11), promptIds(chat(['user', 'two']), 11)]
  expect(one.slice(0, 11)).toEqual(other.slice(0, 11))
  expect(new Set(one).size).toBe(12)
  const plain = promptIds(completion('one two three'), 11)
  const salted = promptIds(completion('one two three', { cache_salt: 'mine' }), 11)
  expect(salted[0]).not.toBe(plain[0])
  expect(salted.slice(1)).toEqual(plain.slice(1))
})

test('an answer that is sent back has the tokens that it had', () => {
  const answer = 'house river stone'
  const tokens = (call: GenerationCall, count: number) =>
    Array.from({ length: count }, (_, i) => sequenceIds(call, 11)(i))
  expect(tokens(chat(['user', 'one two'], ['assistant', answer]), 16)).toEqual(tokens(chat(['user', 'one two']), 16))
  expect(tokens(completion(`one two ${answer}`), 5)).toEqual(tokens(completion('one two'), 5))
})

test('the key of a block depends on each token of it and on each before it', () => {
  const ids = fc.array(fc.integer(), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(ids, fc.nat(11), fc.integer(), (tokens, at, id) => {
      const keys = (all: readonly number[]) => {
        const keyOf = createBlockKeys((position) => all[position]!, 4)
        return [keyOf(0), keyOf(1), keyOf(2)]
      }
      const changed = tokens.with(at, id)
      const isSame = tokens[at] === id
      const block = Math.floor(at / 4)
      expect(keys(tokens).map((key, i) => key === keys(changed)[i])).toEqual([0, 1, 2].map((i) => isSame || i < block))
      expect(keys(tokens).every(Number.isSafeInteger)).toBe(true)
    }),
  )
})

test('100,000 blocks that differ in one token have as many keys', () => {
  const keys = new Set<number>()
  const tokens = [1, 2, 3, 4]
  for (let i = 0; i < 100_000; i++) {
    tokens[i % 4] = i
    keys.add(createBlockKeys((position) => tokens[position]!, 4)(0))
  }
  expect(keys.size).toBe(100_000)
})
