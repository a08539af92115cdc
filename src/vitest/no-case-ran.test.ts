import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { noCaseRan } from './no-case-ran.ts'

type State = 'skipped' | 'passed' | 'failed' | 'pending'

function moduleOf(tests: Readonly<Record<string, State>>, { isOk = true, isBench = true } = {}): TestModule {
  const cases = Object.entries(tests).map(([fullName, state]) => ({
    fullName,
    name: fullName.split(' > ').at(-1),
    result: () => ({ state }),
  }))
  const project = { config: { benchmark: { enabled: isBench } } }
  return { project, ok: () => isOk, children: { allTests: () => cases.values() } } as unknown as TestModule
}

const LOCAL = { pattern: /vlmm/, isShard: false, passWithNoTests: false }
const FILTERED = [
  moduleOf({ 'chat > vllm > 1 req/s': 'skipped', 'chat > vllm > 2 req/s': 'skipped' }),
  moduleOf({ 'chat > regressions confirmed': 'skipped' }),
]

test('a run without a case fails and lists the cases, without the test that only confirms', () => {
  expect(noCaseRan(FILTERED, LOCAL)).toEqual({
    fails: true,
    message:
      'None of the 2 cases ran: -t "vlmm" matches none of them, or they are skipped. That is no pass, unless --passWithNoTests says so. There are:\n' +
      '  chat > vllm > 1 req/s\n' +
      '  chat > vllm > 2 req/s',
  })
})

test('a merge, which knows no filter, fails the same way', () => {
  const merged = noCaseRan(FILTERED, { ...LOCAL, pattern: undefined })
  expect(merged).toMatchObject({ fails: true, message: expect.stringContaining('None of the 2 cases ran') })
})

test('of 30 cases 20 are listed, and 10 counted', () => {
  const many = moduleOf(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`case ${i + 1}`, 'skipped' as const])))
  expect(noCaseRan([many], LOCAL)?.message).toMatch(/case 20\n {2}and 10 more$/)
})

test('it is no failure of one shard, nor where it was allowed', () => {
  expect(noCaseRan(FILTERED, { ...LOCAL, isShard: true })).toMatchObject({ fails: false })
  expect(noCaseRan(FILTERED, { ...LOCAL, passWithNoTests: true })).toMatchObject({ fails: false })
})

test.each<[string, TestModule[]]>([
  ['one case of one file ran', [...FILTERED, moduleOf({ 'chat > lmdeploy': 'passed' })]],
  ['one case failed', [...FILTERED, moduleOf({ 'chat > lmdeploy': 'failed' })]],
  ['a worker died before one ended', [...FILTERED, moduleOf({ 'chat > lmdeploy': 'pending' })]],
  ['a file could not be loaded', [...FILTERED, moduleOf({}, { isOk: false })]],
  ['Vitest found no file, and says so', []],
  ['the tests are no benches', [moduleOf({ 'parses a date': 'skipped' }, { isBench: false })]],
])('nothing is said where %s', (_, modules) => {
  expect(noCaseRan(modules, LOCAL)).toBeNull()
})
