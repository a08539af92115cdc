import { expect, test } from 'vitest'
import { Answer } from './answer.ts'
import { type AnswerFacts, judgeAnswer } from './judge-answer.ts'

function facts(changes: Partial<AnswerFacts>, state: Partial<Answer> = {}): AnswerFacts {
  const answer = Object.assign(new Answer(true), { outputEvents: 3, finishReason: 'length' }, state)
  const clean = {
    protocol: 'openai-chat',
    httpStatus: 200,
    state: answer,
    complete: true,
    transportEnd: 'clean',
  } as const
  return { ...clean, ...changes }
}

test('output, a finish reason and a clean end make a completed answer, [DONE] or not', () => {
  expect(judgeAnswer(facts({}))).toEqual({ status: 'completed' })
})

test('a single EOS token shows only in the count of the server, and counts', () => {
  expect(judgeAnswer(facts({}, { outputEvents: 0, completionTokens: 1 }))).toEqual({ status: 'completed' })
})

test.each([
  { name: 'status', changes: { httpStatus: 503 }, state: { error: 'Loading model' }, kind: 'http-status' },
  { name: 'error under 200', changes: {}, state: { error: 'no blocks' }, kind: 'in-band-error' },
  { name: 'aborted by the server', changes: {}, state: { finishReason: 'abort' }, kind: 'in-band-error' },
  { name: 'lost connection', changes: { transportEnd: 'cut' }, state: {}, kind: 'truncated' },
  { name: 'silence', changes: { transportEnd: 'stall' }, state: {}, kind: 'idle-timeout' },
  { name: 'nothing generated', changes: {}, state: { outputEvents: 0 }, kind: 'empty' },
  { name: 'no finish reason', changes: { complete: false }, state: { finishReason: null }, kind: 'truncated' },
] as const)('$name is a failure of kind $kind', ({ changes, state, kind }) => {
  expect(judgeAnswer(facts(changes, state))).toMatchObject({ status: 'failed', kind })
})

test('the message names the status and the words of the server, and stays short', () => {
  const outcome = judgeAnswer(facts({ httpStatus: 404 }, { error: `no model ${'x'.repeat(1000)}` }))
  expect(outcome).toMatchObject({ message: expect.stringMatching(/^HTTP 404: no model x+…$/) })
  expect(outcome.status === 'failed' && outcome.message.length).toBe(300)
})
