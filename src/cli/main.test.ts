import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
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

test.for(['SIGINT', 'SIGHUP'] as const)('replay stays until %s, even where nothing listens', async (signal) => {
  const file = await temporaryFile('mine.sse', 'data: [DONE]\n\n')
  const child = spawn(process.execPath, [MAIN, 'replay', file, '--port', '0', '--fault', 'refuse'])
  let output = ''
  for await (const bytes of child.stdout) {
    output += String(bytes)
    if (output.endsWith('Stop it with Ctrl-C.\n')) child.kill(signal)
  }
  expect(output).toMatch(/Stopped\.\n$/)
})

test('--version is the version of the package', () => {
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
