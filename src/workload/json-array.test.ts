import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonArrayElements } from './json-array.ts'

const elements = (text: string) => [...jsonArrayElements(Buffer.from(text), 'a.json')]

test('gives what JSON.parse gives for any array, however it is indented', () => {
  const array = fc.array(fc.jsonValue(), { maxLength: 6 })
  fc.assert(
    fc.property(array, fc.constantFrom(0, 1, 2, '\t'), (values, indent) => {
      const text = JSON.stringify(values, null, indent)
      expect(elements(text)).toEqual(JSON.parse(text))
      expect(elements(`\uFEFF \r\n${text}\n`)).toEqual(JSON.parse(text))
    }),
    { numRuns: 300 },
  )
})

test('gives what JSON.parse gives for strings full of quotes, backslashes and brackets', () => {
  const string = fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', 'é', '😀') })
  fc.assert(
    fc.property(fc.array(string), (values) => {
      expect(elements(JSON.stringify(values))).toEqual(values)
    }),
  )
})

test('accepts a text exactly when JSON.parse does', () => {
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', ':', '1', ' ', 'true') })
  fc.assert(
    fc.property(text, (inner) => {
      const source = `[${inner}]`
      let expected: unknown
      try {
        expected = JSON.parse(source)
      } catch {
        expect(() => elements(source)).toThrow('a.json is not a JSON array')
        return
      }
      expect(elements(source)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  { name: 'an object', text: '{"a": 1}', message: 'a.json is not a JSON array: it does not begin with [.' },
  { name: 'nothing', text: '', message: 'it does not begin with [.' },
  { name: 'a file cut short', text: '[{"a": 1}, {"b', message: 'row 1, from byte 11, has no end.' },
  { name: 'a file cut after a row', text: '[{"a": 1}', message: 'row 0, from byte 1, has no end.' },
  { name: 'a bad row', text: '[1, {a: 1}]', message: 'row 1, from byte 4: Expected property name' },
  { name: 'a trailing comma', text: '[1,]', message: 'row 1, from byte 3: Unexpected end' },
  { name: 'text after the array', text: '[1] 2', message: 'it goes on after ] at byte 2.' },
])('$name is refused with its place', ({ text, message }) => {
  expect(() => elements(text)).toThrow(message)
})
