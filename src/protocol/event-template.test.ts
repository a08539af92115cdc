import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Answer } from './answer.ts'
import { createDecoder } from './create-decoder.ts'
import { type EventTemplate, learnTemplate } from './event-template.ts'
import { openaiChatReader } from './openai-chat.ts'
import { recordedStreams } from './recorded-streams.testkit.ts'

const chatKeys = openaiChatReader().textKeys?.() ?? []
const chat = (delta: object, rest: object = {}): string =>
  JSON.stringify({ choices: [{ delta, finish_reason: null }], ...rest })
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** As it comes from a server, `data: ` before it and a blank line behind. */
function learn(data: string, previous: string | null = null): EventTemplate | null {
  return learnTemplate(
    { before: bytesOf('data: '), data, after: bytesOf('\n\n') },
    previous,
    chatKeys,
    openaiChatReader,
  )
}

test('an ordinary delta is learnt, and the next one is known by its bytes', () => {
  const template = learn(chat({ content: 'Hi' }))
  expect(countOne(template, chat({ content: 'a' }))).toMatchObject({ events: 1, outputEvents: 1, contentEvents: 1 })
  for (const content of [' there', '"quoted"\n', '\\', '😀', '\u0007'])
    expect(matches(template, chat({ content }))).toBe(true)
})

test('reasoning is learnt as reasoning, beside an empty content too', () => {
  for (const delta of [{ reasoning: 'hm' }, { content: '', reasoning_content: 'hm' }]) {
    const answer = countOne(learn(chat(delta)), chat(delta))
    expect(answer).toMatchObject({ events: 1, outputEvents: 1, contentEvents: 0, answerEvents: 0 })
  }
})

test.each([
  { name: 'finish reason', event: JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] }) },
  { name: 'error', event: chat({ content: 'a' }, { error: 'x' }) },
  { name: 'text in two places', event: chat({ content: 'a', reasoning: 'b' }) },
  { name: 'empty text', event: chat({ content: '' }) },
  { name: 'text where none is expected', event: chat({}, { content: 'a' }) },
])('an event with $name is not learnt', ({ event }) => {
  expect(learn(event)).toBeNull()
})

test('streams that differ in an id do not take each other for themselves, whichever was learnt first', () => {
  const event = (id: string, content: string): string =>
    JSON.stringify({ id: `chatcmpl-${id}`, choices: [{ delta: { content }, finish_reason: null }] })
  const ids = ['00000000', '00000001', '9f3a00b1', '90000000', '1', '00000000']
  const templates = ids.map((id) => learn(event(id, 'Hi')))
  for (const [i, template] of templates.entries()) {
    expect(ids.filter((id) => matches(template, event(id, 'there')))).toEqual(ids.filter((id) => id === ids[i]))
  }
})

test('streams alike in all but an id count their own tokens', () => {
  const event = (id: string, tokens: number): string =>
    JSON.stringify({
      id,
      choices: [{ delta: { content: 'a' }, finish_reason: null }],
      usage: { prompt_tokens: 5, completion_tokens: tokens },
    })
  const templates = ['a', 'b'].map((id) => learn(event(id, 2), event(id, 1)))
  const answers = ['a', 'b'].map(() => new Answer(false))
  for (const [i, id] of ['a', 'b'].entries()) expect(matches(templates[i]!, event(id, 10 + i))).toBe(true)
  for (const i of [0, 1]) templates[i]!.count(answers[i]!)
  expect(answers.map(({ completionTokens }) => completionTokens)).toEqual([10, 11])
})

const counted = (promptTokens: number, completionTokens: number, content = 'a'): string =>
  chat({ content }, { usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: 99 } })

test('counts that each event repeats are taken from each, once two events have shown which ones differ', () => {
  const constant = learn(counted(7, 1))
  expect(matches(constant, counted(7, 2))).toBe(false)
  expect(countOne(constant, counted(7, 1, 'b'))).toMatchObject({ promptTokens: 7, completionTokens: 1 })

  const running = learn(counted(7, 2), counted(7, 1))
  expect(countOne(running, counted(7, 345))).toMatchObject({ promptTokens: 7, completionTokens: 345, outputEvents: 1 })
  expect(countOne(running, counted(7, 0))).toMatchObject({ promptTokens: 7, completionTokens: null })
  expect(matches(running, counted(8, 3))).toBe(false)
})

test.each(['03', '', '-3', '3.5', '3e2', '1234567890123456', 'null', '"3"'])('%s is no count', (number) => {
  const running = learn(counted(7, 2), counted(7, 1))
  const [before, after] = counted(7, 1).split('"completion_tokens":1')
  expect(matches(running, `${before}"completion_tokens":${number}${after}`)).toBe(false)
})

test('numbers that say nothing may run, too, and those in the text are text', () => {
  const at = (created: number, content: string): string => chat({ content }, { created, model: 'm' })
  const template = learn(at(1_700_000_001, 'a: 2, '), at(1_700_000_000, 'a: 1, '))
  expect(countOne(template, at(1_700_000_002, 'c: 3, '))).toMatchObject({ promptTokens: null, completionTokens: null })
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
    ordinary.slice(0, -1),
    `${ordinary} `,
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

test('events are counted alike by their bytes and by JSON.parse, however they are ordered, cut and spoilt', () => {
  const events = recordedStreams()
    .filter(({ expected }) => ['openai-chat', 'openai-completions', 'triton-generate'].includes(expected.protocol))
    .map(({ body, expected }) => ({
      protocol: expected.protocol,
      events: new TextDecoder().decode(body).split(/(?<=\n\r?\n)/u),
    }))
  fc.assert(
    fc.property(
      fc.constantFrom(...events),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('', '0', '7', '12', '03', '-1')), { maxLength: 40 }),
      fc.array(fc.nat(1000)),
      ({ protocol, events }, order, sizes) => {
        // Some events with one of their numbers, the count of tokens most likely, replaced.
        const spoil = (event = '', number: string): string =>
          number === '' ? event : event.replace(/\d+(?=[,}]\D*$|,"total)/u, number)
        const body = bytesOf(order.map(([i, number]) => spoil(events[i % events.length], number)).join(''))
        const [lean, full] = [false, true].map((keepText) => {
          const decoder = createDecoder(protocol, { keepText })
          let from = 0
          for (const size of [...sizes, body.length]) {
            const to = Math.min(body.length, from + size)
            decoder.push(body, from, to)
            from = to
          }
          decoder.end()
          return { ...decoder.state, keepText: null, text: null, reasoningText: null }
        })
        expect(lean).toEqual(full)
      },
    ),
    { numRuns: 2000 },
  )
})

/** What the answer holds after this one event, known by its bytes. */
function countOne(template: EventTemplate | null, event: string): Answer {
  const answer = new Answer(false)
  expect(matches(template, event)).toBe(true)
  template?.count(answer)
  return answer
}

function matches(template: EventTemplate | null, event: string): boolean {
  const before = '\n\n'
  const bytes = bytesOf(`${before}data: ${event}\n\ndata: `)
  const end = bytes.length - 'data: '.length
  return (
    template?.match(bytes, before.length, bytes.length) === end && template.match(bytes, before.length, end) === end
  )
}
