import { expect, test } from 'vitest'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'
import { replay } from './replay.ts'
import { runUntilListening } from './run-until-listening.testkit.ts'

const EVENTS = ['Hel', 'lo'].map((text) => `data: {"choices":[{"text":"${text}","finish_reason":null}]}\n\n`)
const BODY = `${EVENTS.join('')}data: {"choices":[{"text":"","finish_reason":"stop"}]}\n\n`

const run = (...args: string[]): Promise<string[]> => runUntilListening(replay, args)

test('it says where it listens, what it replays and with which fault, and stops when it is interrupted', async () => {
  const lines = await run(await temporaryFile('mine.sse', BODY), '--port', '0', '--fault', 'cut', '--after', '1')
  expect(lines[0]).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ replays mine with the fault "cut": the connection is lost after so many writes$/,
  )
  expect(lines.at(-1)).toBe('Stopped.')
})

test('--parse prints what a load run makes of a body, which needs nothing beside it', async () => {
  const [text] = await run(await temporaryFile('mine.sse', BODY), '--parse')
  expect(JSON.parse(text ?? '')).toMatchObject({
    name: 'mine',
    protocol: 'openai-completions',
    text: 'Hello',
    contentEvents: 2,
    finishReason: 'stop',
    success: true,
  })
})

test('--help lists every fault with what --after counts', async () => {
  expect((await run('--help'))[0]).toContain(
    'stall             nothing more comes after so many writes, and the connection stays (--after writes, default 2)',
  )
})

test.for([
  { args: [], says: 'replay takes at least one recording.' },
  { args: ['no-such.sse'], says: 'no-such.sse cannot be replayed: ENOENT.' },
  { args: ['x.sse', '--fault', 'fire'], says: 'There is no fault "fire".' },
  { args: ['x.sse', '--fault', 'garbage', '--after', '1'], says: '--after says nothing of the fault "garbage".' },
  { args: ['x.sse', '--every', '0'], says: '--every 0 is not a number that fits.' },
  { args: ['x.sse', '--speed', '2'], says: 'There is no option --speed' },
])('$args is refused: $says', async ({ args, says }) => {
  const file = await temporaryFile('x.sse', BODY)
  const error = await run(...args.map((arg) => (arg === 'x.sse' ? file : arg))).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'bad-command', message: expect.stringContaining(says) })
})
