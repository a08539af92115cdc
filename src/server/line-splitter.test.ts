import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter, MAX_LINE_CHARACTERS } from './line-splitter.ts'

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = []
  const splitter = createLineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return lines
}

test('line feeds, carriage returns of progress bars and both together end a line; blank ones are none', () => {
  expect(linesOf([Buffer.from('a\nb\r\n\n 10 %\r 20 %\rlast')])).toEqual(['a', 'b', ' 10 %', ' 20 %', 'last'])
})

test('wherever the pipe splits the bytes, the lines are the same', () => {
  const text = Buffer.from('Lädt 🦙 shard 1\r\nERROR größer als 24 GB\nBereit ✓')
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length]
      const chunks = at.slice(1).map((end, index) => text.subarray(at[index], end))
      expect(linesOf(chunks)).toEqual(['Lädt 🦙 shard 1', 'ERROR größer als 24 GB', 'Bereit ✓'])
    }),
  )
})

test('a line without an end takes no more memory than the longest line', () => {
  const lines = linesOf([...Array<Buffer>(100).fill(Buffer.alloc(1000, 'x')), Buffer.from('\nnext')])
  expect(lines).toEqual([`${'x'.repeat(MAX_LINE_CHARACTERS)}…`, 'next'])
})
