import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { PROFILES } from '../frameworks/find-profile.ts'
import { profileText, readProfileFile } from './profile-file.ts'

const examples = fileURLToPath(new URL('../../fixtures/profiles/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'profile-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('fixtures/profiles/ holds the built-in profiles and no others', () => {
  const outdated = 'The built-in profiles have changed: run `node fixtures/make-profiles.ts`.'
  const names = PROFILES.map(({ framework, variant }) => `${framework}-${variant}.json`)
  expect(readdirSync(examples).toSorted(), outdated).toEqual(names.toSorted())
  for (const [i, name] of names.entries()) expect(readProfileFile(join(examples, name)), outdated).toEqual(PROFILES[i])
})

test('a file that is missing, no JSON, or no profile is told apart, with every wrong field', () => {
  const file = (text: string): string => {
    const path = join(folder, 'mine.json')
    writeFileSync(path, text)
    return path
  }
  expect(() => readProfileFile(join(folder, 'nowhere.json'))).toThrow('nowhere.json (ENOENT).')
  expect(() => readProfileFile(file('{'))).toThrow('mine.json is not JSON')
  const [profile] = PROFILES
  const wrong = { ...profile!, slowdown: -1, scheduler: { ...profile!.scheduler, policy: 'random' } }
  expect(() => readProfileFile(file(JSON.stringify(wrong)))).toThrow(
    /scheduler\.policy[^]*slowdown|slowdown[^]*scheduler/,
  )
  expect(readProfileFile(file(profileText(profile!)))).toEqual(profile)
})
