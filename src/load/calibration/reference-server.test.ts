import { expect, onTestFinished, test } from 'vitest'
import { createDecoder } from '../../protocol/index.ts'
import { monotonicNow } from '../monotonic.ts'
import { launchReferenceServer } from './launch-reference-server.ts'
import {
  decodeReferenceStamps,
  type ReferenceAnswer,
  referencePath,
  type ReferenceServer,
  type ReferenceStamps,
  STAMPS_PATH,
  startReferenceServer,
} from './reference-server.ts'

async function running(server: ReferenceServer): Promise<ReferenceServer> {
  onTestFinished(() => server.close())
  return server
}

async function ask({ url }: ReferenceServer, answer: ReferenceAnswer): Promise<Uint8Array> {
  const response = await fetch(url + referencePath(answer), { method: 'POST', body: '{"stream":true}' })
  return new Uint8Array(await response.arrayBuffer())
}

async function stampsOf({ url }: ReferenceServer): Promise<ReferenceStamps[]> {
  return decodeReferenceStamps(await (await fetch(url + STAMPS_PATH)).arrayBuffer())
}

test.for([
  { name: 'a flood of 2000', answer: { id: 7, tokens: 2000, rate: 0 }, stamps: 0 },
  { name: 'three paced ones', answer: { id: 8, tokens: 3, rate: 500 }, stamps: 3 },
])('$name events are a whole answer, and are counted', async ({ answer, stamps }) => {
  const server = await running(await startReferenceServer())
  const decoder = createDecoder('openai-chat')
  decoder.push(await ask(server, answer))
  decoder.end()
  expect(decoder.state).toMatchObject({
    outputEvents: answer.tokens,
    finishReason: 'length',
    endedWithDone: true,
    error: null,
  })
  const [stamped] = await stampsOf(server)
  expect(stamped).toMatchObject({ id: answer.id, events: answer.tokens })
  expect(stamped!.sentAt).toHaveLength(stamps)
  expect(await stampsOf(server)).toEqual([])
})

test('in its own process it stamps on the clock of ours, no event before its time', async () => {
  const server = await running(await launchReferenceServer())
  const before = monotonicNow()
  await Promise.all([ask(server, { id: 0, tokens: 4, rate: 100 }), ask(server, { id: 1, tokens: 4, rate: 100 })])
  const after = monotonicNow()
  const answers = await stampsOf(server)
  expect(answers.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([0, 1])
  for (const { receivedAt, sentAt } of answers) {
    const moments = [before, receivedAt, ...sentAt, after]
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    expect(sentAt.at(-1)! - receivedAt).toBeGreaterThanOrEqual(30)
  }
})
