import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDecoder } from './create-decoder.ts'
import { type EventTemplate, learnTemplate } from './event-template.ts'
import { openaiChatReader } from './openai-chat.ts'
import { recordedStreams } from './recorded-streams.testkit.ts'

const chatKeys = openaiChatReader().textKeys?.() ?? []
const chat = (delta: object, rest: object = {}): string =>
  JSON.stringify({ choices: [{ delta, finish_reason: null }], ...rest })
const learn = (event: string): EventTemplate | null => learnTemplate(event, chatKeys, openaiChatReader)

test('an ordinary delta is learnt, and the next one is known by its bytes', () => {
  const template = learn(chat({ content: 'Hi' }))
  expect(template?.kind).toBe('text')
  for (const content of [' there', '"quoted"\n', '\\', '😀', '\u0007'])
    expect(matches(template, chat({ content }))).toBe(true)
})

test('reasoning is learnt as reasoning, beside an empty content too', () => {
  expect(learn(chat({ reasoning: 'hm' }))?.kind).toBe('reasoning')
  expect(learn(chat({ content: '', reasoning_content: 'hm' }))?.kind).toBe('reasoning')
})

test.each([
  { name: 'finish reason', event: JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] }) },
  { name: 'usage', event: chat({ content: 'a' }, { usage: { prompt_tokens: 1, completion_tokens: 2 } }) },
  { name: 'error', event: chat({ content: 'a' }, { error: 'x' }) },
  { name: 'text in two places', event: chat({ content: 'a', reasoning: 'b' }) },
  { name: 'empty text', event: chat({ content: '' }) },
  { name: 'text where none is expected', event: chat({}, { content: 'a' }) },
])('an event with $name is not learnt', ({ event }) => {
  expect(learn(event)).toBeNull()
})

test('an event that differs in anything but its text is not known', () => {
  const template = learn(chat({ content: 'Hi' }))
  const ordinary = chat({ content: 'there' })
  for (const event of [
    chat({ content: '' }),
    ordinary.replace('null', '"stop"'),
    ordinary.replace('there', 'the"re'),
    ordinary.replace('there', 'the\\x'),
    ordinary.replace('there', '\\u12'),
    ordinary.replace('there', 'the\nre'),
    ordinary.replace('there', '\\'),
    ordinary.slice(0, 5),
  ]) {
    expect(matches(template, event)).toBe(false)
  }
})

test('whatever is put in the place of the text, bytes and JSON.parse agree', () => {
  const template = learn(chat({ content: 'Hi' }))
  const [before = '', after = ''] = chat({ content: '#' }).split('#')
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('"', '\\', '\\u', '\\u00e9', '\\n', '\n', '","x":"', '\\"', '\u007F', '\0'),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const event = `${before}${parts.join('')}${after}`
      if (!matches(template, event)) return
      const content = JSON.parse(event).choices[0].delta.content
      expect(content).not.toBe('')
      expect(event).toBe(`${before}${event.slice(before.length, -after.length)}${after}`)
      expect(Object.keys(JSON.parse(event).choices[0].delta)).toEqual(['content'])
    }),
    { numRuns: 2000 },
  )
  fc.assert(fc.property(fc.string({ minLength: 1 }), (content) => matches(template, chat({ content }))))
})

test('events are counted alike by their bytes and by JSON.parse, with every event in a spoilt order', () => {
  const events = recordedStreams()
    .filter(({ expected }) => ['openai-chat', 'openai-completions', 'triton-generate'].includes(expected.protocol))
    .map(({ body, expected }) => ({
      protocol: expected.protocol,
      events: new TextDecoder().decode(body).split(/(?<=\n\r?\n)/u),
    }))
  fc.assert(
    fc.property(fc.constantFrom(...events), fc.array(fc.nat(), { maxLength: 40 }), ({ protocol, events }, order) => {
      const body = new TextEncoder().encode(order.map((i) => events[i % events.length]).join(''))
      const [lean, full] = [false, true].map((keepText) => {
        const decoder = createDecoder(protocol, { keepText })
        decoder.push(body)
        decoder.end()
        return { ...decoder.state, keepText: null, text: null, reasoningText: null }
      })
      expect(lean).toEqual(full)
    }),
    { numRuns: 2000 },
  )
})

function matches(template: EventTemplate | null, event: string): boolean {
  const bytes = new TextEncoder().encode(`data: ${event}\n`)
  return template?.matches(bytes, 6, bytes.length - 1) ?? false
}
