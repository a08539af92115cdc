import { rename, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { temporaryFile } from '../../workload/temporary-file.testkit.ts'
import { readRecording } from './recording.ts'

const sizes = (file: string): number[] => readRecording(file).writes.map(({ length }) => length)

test('without sizes every event is a write, with its blank line, whatever the line ends are', async () => {
  // 8 + 2 bytes, 8 + 4, and 4 that no blank line ends.
  const file = await temporaryFile('a.sse', 'data: {}\n\ndata: {}\r\n\r\n: hi')
  expect(sizes(file)).toEqual([10, 12, 4])
  expect(readRecording(file)).toMatchObject({ name: 'a', httpStatus: 200, transportEnd: 'clean' })
})

test('the facts beside a body say how it was written, and either file may be named', async () => {
  const file = await temporaryFile('a.sse', 'data: {}\n\n')
  const facts = file.replace('.sse', '.json')
  await writeFile(facts, '{"http_status": 503, "http_chunk_bytes": [4, 6], "transport_end": "cut", "note": "mine"}')
  expect(sizes(facts)).toEqual([4, 6])
  expect(readRecording(facts)).toMatchObject({ httpStatus: 503, transportEnd: 'cut' })
})

test.for([
  { facts: '{"http_chunk_bytes": [4]}', says: 'its http_chunk_bytes are 4 bytes where the body has 10' },
  { facts: '{', says: 'it is not JSON' },
  { facts: '{"protocol": "smtp"}', says: 'protocol: Invalid option' },
])('facts that do not fit are refused: $says', async ({ facts, says }) => {
  const file = await temporaryFile('a.sse', 'data: {}\n\n')
  const draft = await temporaryFile('draft.json', facts)
  await rename(draft, file.replace('.sse', '.json'))
  expect(() => readRecording(file)).toThrow(says)
})
