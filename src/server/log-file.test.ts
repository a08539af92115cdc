import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLogFile } from './log-file.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-log-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('each start has a file of its own, and the logs of the last two starts stay', () => {
  const logs = join(folder(), 'logs')
  for (const line of ['first', 'second', 'third', 'fourth']) {
    const file = openLogFile(join(logs, 'vllm.log'))
    file.write(line)
    file.close()
  }
  const read = (name: string): string => readFileSync(join(logs, name), 'utf8')
  expect(readdirSync(logs).sort()).toEqual(['vllm.1.log', 'vllm.2.log', 'vllm.log'])
  expect([read('vllm.log'), read('vllm.1.log'), read('vllm.2.log')]).toEqual(['fourth\n', 'third\n', 'second\n'])
})

// Ten bytes a line (nine characters and the line feed), 25 bytes a file: two lines fit.
test('a chatty server never takes more than three files of the limit', () => {
  const logs = folder()
  const file = openLogFile(join(logs, 'sglang.log'), 25)
  for (let i = 0; i < 100; i++) file.write(`line ${String(i).padStart(4, '0')}`)
  file.close()
  expect(readdirSync(logs)).toHaveLength(3)
  expect(readFileSync(join(logs, 'sglang.log'), 'utf8')).toBe('line 0098\nline 0099\n')
})
