import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskDeep, maskError, masker } from './mask.ts'

const KEY = `p"l'an<t>&é d\\42+/=`

test.for<[string, string]>([
  ['as it is', KEY],
  ['percent-encoded', encodeURIComponent(KEY)],
  ['in small letters', encodeURIComponent(KEY).replaceAll(/%../g, (code) => code.toLowerCase())],
  ['of a form', encodeURIComponent(KEY).replaceAll('%20', '+')],
  ['in a path', encodeURI(KEY)],
  ['in JSON', JSON.stringify(KEY).slice(1, -1)],
  ['in JSON in JSON', JSON.stringify(JSON.stringify(KEY)).slice(3, -3)],
  [
    'in JSON of ASCII',
    JSON.stringify(KEY)
      .slice(1, -1)
      .replace('é', String.raw`\u00e9`),
  ],
  ['in HTML', KEY.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 for URLs', Buffer.from(KEY).toString('base64url')],
  ['in hex', Buffer.from(KEY).toString('hex')],
])('a secret is masked %s', ([, form]) => {
  expect(masker([KEY])(`got <${form}>, twice <${form}>`)).toBe('got <***>, twice <***>')
})

test('the longest is masked first, so that nothing of it is left', () => {
  expect(masker(['planted', 'planted-secret'])('planted-secret planted')).toBe('*** ***')
})

test('a short one is masked where it is a word of its own', () => {
  expect(masker(['k42'])('k42 (k42) k42-x ak42 k420 k42_')).toBe('*** (***) ***-x ak42 k420 k42_')
})

test('where a text was cut, the beginning of a secret is one; fewer than 6 characters give nothing away', () => {
  const mask = masker(['planted-secret'])
  expect(mask('bad key planted-sec…')).toBe('bad key ***…')
  expect(mask('bad key plant…')).toBe('bad key plant…')
  expect(mask('bad key planted-sec')).toBe('bad key planted-sec')
})

test('without secrets a text stays what it is, and so does the empty one', () => {
  expect(masker([])('all the same')).toBe('all the same')
  expect(masker(['', ' '])('all the same')).toBe('all the same')
})

test('whatever the secret and whatever stands around it, it is gone', () => {
  const secret = fc
    .string({ minLength: 8, unit: 'grapheme' })
    .filter((text) => text.trim() !== '' && !text.includes('*'))
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (text, before, after) => {
      expect(masker([text])(before + text + after)).not.toContain(text)
    }),
  )
})

test('data is masked at any depth, but for its names and the fields that are left out', () => {
  const mask = masker(['planted-secret'])
  const data = {
    case: 'planted-secret',
    texts: ['a planted-secret', 1, null],
    'planted-secret': { deep: 'planted-secret' },
  }
  expect(maskDeep(data, mask, (name) => name === 'case')).toEqual({
    case: 'planted-secret',
    texts: ['a ***', 1, null],
    'planted-secret': { deep: '***' },
  })
})

test('an error is masked with its stack, its fields and its causes, and stays the same error', () => {
  const cause = Object.assign(new Error('cause planted-secret'), { body: { echoed: ['planted-secret'] } })
  const both = new AggregateError([cause, new Error('planted-secret')], 'both planted-secret', { cause })
  expect(maskError(both, masker(['planted-secret']))).toBe(both)
  const seen = [both.message, both.stack, cause.message, cause.stack, JSON.stringify(cause), ...both.errors.map(String)]
  expect(seen.join('\n')).not.toContain('planted-secret')
  expect(both.message).toBe('both ***')
  // Whoever shows it may cut its stack to the call site.
  both.stack = 'shorter'
  expect(both.stack).toBe('shorter')
})

test('an error that does not let itself be changed is replaced by its words', () => {
  const fixed = Object.defineProperty(new TypeError('no'), 'issues', { value: ['planted-secret'] })
  const clean = Object.defineProperty(new TypeError('no'), 'issues', { value: ['nothing'] })
  const masked = maskError(new Error('outer', { cause: fixed }), masker(['planted-secret']))
  expect(masked.cause).toMatchObject({ name: 'TypeError', message: 'no' })
  expect(masked.cause).not.toHaveProperty('issues')
  expect(maskError(clean, masker(['planted-secret']))).toBe(clean)
})

test('what is no error, and a cause that goes in circles, do no harm', () => {
  const circle: Error & { cause?: unknown } = new Error('planted-secret')
  circle.cause = circle
  expect(maskError(circle, masker(['planted-secret'])).message).toBe('***')
  expect(maskError('planted', masker(['planted']))).toBe('planted')
})
