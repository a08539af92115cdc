import { expect, test } from 'vitest'
import { Answer } from '../protocol/answer.ts'
import { believedCounts } from './believed-counts.ts'

interface Told {
  readonly completion?: number
  readonly prompt?: number
  readonly events?: number
  readonly requested?: number
  /** Bytes of the body. */
  readonly bytes?: number
}

function believed({ completion, prompt, events = 16, requested = 16, bytes = 500 }: Told) {
  const state = Object.assign(new Answer(false), {
    outputEvents: events,
    completionTokens: completion ?? null,
    promptTokens: prompt ?? null,
  })
  return believedCounts(state, { requested, body: 'x'.repeat(bytes) })
}

// 16 asked for: 4 x 16 = 64; in 16 events 64 x 16 = 1024 may have come.
test.for<[string, Told, number | null]>([
  ['nothing told', {}, null],
  ['what was asked for', { completion: 16 }, 16],
  ['four times as much, in no event', { completion: 64, events: 0 }, 64],
  ['one more than that, in no event', { completion: 65, events: 0 }, null],
  ['64 tokens an event', { completion: 1024 }, 1024],
  ['more than 64 tokens an event', { completion: 1025 }, null],
  ['a sentinel of 16 bits', { completion: 65_535 }, null],
  ['a sentinel of 32 bits', { completion: 4_294_967_295 }, null],
  ['1e15', { completion: 1e15 }, null],
  ['1e15, where as much was asked for: beyond 2^24 nothing is believed', { completion: 1e15, requested: 1e15 }, null],
  ['2^24, where as much was asked for', { completion: 2 ** 24, requested: 2 ** 24 }, 2 ** 24],
])('completion tokens: %s', ([, told, completionTokens]) => {
  const { completionTokens: found, disbelieved } = believed(told)
  expect(found).toBe(completionTokens)
  expect(disbelieved !== null).toBe(told.completion !== undefined && completionTokens === null)
})

// A body of 500 bytes has at most 500 tokens, and the server may add 65 536 of its own: 66 036.
test.for([
  [600, 600],
  [66_036, 66_036],
  [66_037, null],
  [4_294_967_295, null],
] as const)('%d prompt tokens in a body of 500 bytes', ([prompt, promptTokens]) => {
  expect(believed({ prompt }).promptTokens).toBe(promptTokens)
})

test('bytes count, not characters', () => {
  const state = Object.assign(new Answer(false), { promptTokens: 2 ** 16 + 6 })
  expect(believedCounts(state, { requested: 1, body: '猫犬' }).promptTokens).toBe(2 ** 16 + 6)
  expect(believedCounts(state, { requested: 1, body: 'cats!' }).promptTokens).toBeNull()
})

test('what is not believed is told with its bound', () => {
  expect(believed({ completion: 1e15, prompt: 4_294_967_295 }).disbelieved).toBe(
    '1000000000000000 completion tokens (1024 at most) and 4294967295 prompt tokens (66036 at most)',
  )
})
