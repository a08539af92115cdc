import { expect, test } from 'vitest'
import { redactor, withoutCredentials } from './redact.ts'

test('a key that a server sends back is masked, with and without its scheme', () => {
  const redact = redactor({ authorization: 'Bearer sk-42', 'content-type': 'application/json' })
  expect(redact('got Bearer sk-42 (sk-42), application/json')).toBe('got *** (***), application/json')
})

test('headers that hold no credentials are left alone, and so is a text without any', () => {
  expect(redactor({ accept: 'text/event-stream' })('text/event-stream')).toBe('text/event-stream')
  expect(redactor({})('all the same')).toBe('all the same')
})

test('other names of keys count as well', () => {
  expect(redactor({ 'X-Api-Key': 'k1', 'hf-token': 'k2' })('k1 k2')).toBe('*** ***')
})

test('a URL is shown without its user and password, even where it is none', () => {
  expect(withoutCredentials('http://bob:pw@host:8000/v1')).toBe('http://***@host:8000/v1')
  expect(withoutCredentials('http://bob:p@w@host:99999/')).toBe('http://***@host:99999/')
  expect(withoutCredentials('bob:pw@host:8000')).toBe('***@host:8000')
  expect(withoutCredentials('http://host/a@b')).toBe('http://host/a@b')
})
