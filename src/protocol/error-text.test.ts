import { expect, test } from 'vitest'
import { bodyErrorText, errorText } from './error-text.ts'

test.each([
  { name: 'Triton: a string', event: { error: 'out of blocks' }, expected: 'out of blocks' },
  { name: 'OpenAI: nested', event: { error: { message: 'too long', code: 400 } }, expected: 'too long' },
  { name: 'vLLM 0.4.1: un-nested', event: { object: 'error', message: 'no model', code: 404 }, expected: 'no model' },
  { name: 'FastAPI: a string', event: { detail: 'Invalid API Key' }, expected: 'Invalid API Key' },
  {
    name: 'FastAPI: a list',
    event: { detail: [{ loc: ['body', 'n'], msg: 'field required' }, { msg: 'not a number' }] },
    expected: 'field required; not a number',
  },
  { name: 'lmdeploy: deep', event: { detail: { error: { message: 'bad token' } } }, expected: 'bad token' },
  { name: 'a string that holds JSON', event: { error: '{"message":"inner"}' }, expected: 'inner' },
  { name: 'no words at all', event: { error: { code: 7 } }, expected: '{"code":7}' },
])('$name is read', ({ event, expected }) => {
  expect(errorText(event)).toBe(expected)
})

test('an event that only mentions an error or a message in passing reports none', () => {
  expect(errorText({ error: null, choices: [] })).toBeNull()
  expect(errorText({ choices: [], message: 'hello' })).toBeNull()
  expect(errorText({ text_output: 'error' })).toBeNull()
})

test('a body that is no JSON is the error itself, and a blank one is none', () => {
  expect(bodyErrorText('Internal Server Error\n')).toBe('Internal Server Error')
  expect(bodyErrorText(' \n')).toBeNull()
  expect(bodyErrorText(JSON.stringify('{"message":"twice"}'))).toBe('twice')
})

test('nesting without end does not exhaust the stack', () => {
  for (const key of ['error', 'unknown']) {
    const deep = `${`{"${key}":`.repeat(50_000)}1${'}'.repeat(50_000)}`
    expect(bodyErrorText(deep)).toBe('an error nested too deep to print')
  }
})
