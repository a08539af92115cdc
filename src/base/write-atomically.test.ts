import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeAtomically } from './write-atomically.ts'

const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'write-atomically-'))

test('makes the folders, replaces what was there and leaves nothing else', () => {
  const folder = join(emptyFolder(), 'a', 'b')
  writeAtomically(join(folder, 'report.json'), 'old')
  writeAtomically(join(folder, 'report.json'), 'new')
  expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['report.json'])
})

test('a place that cannot be written to is named', () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(() => writeAtomically(join(folder, 'file', 'report.json'), '')).toThrow(
    /report\.json could not be written.*Choose/s,
  )
})

test('a failed rename leaves no neighbour behind', () => {
  const folder = emptyFolder()
  writeAtomically(join(folder, 'taken', 'x'), '')
  expect(() => writeAtomically(join(folder, 'taken'), '')).toThrow(/could not be written/)
  expect(readdirSync(folder)).toEqual(['taken'])
})
