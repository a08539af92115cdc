import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
}

test('without a command it shows what there is', () => {
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('simulate <framework>[:variant]') })
})

test('an unknown command ends with status 2 and names the known ones', () => {
  expect(run('fly')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/There is no command "fly"[^]*simulate/),
  })
})

test('bad arguments of a command end with status 2', () => {
  expect(run('simulate', 'abacus')).toMatchObject({ status: 2, stderr: expect.stringContaining('vllm:base') })
})

test('--version is the version of the package', () => {
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
