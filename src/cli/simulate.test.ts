import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'

async function run(...args: string[]): Promise<string[]> {
  const lines: string[] = []
  const stop = new AbortController()
  await simulate(args, {
    print: (line) => {
      lines.push(line)
      if (line.startsWith('Stop it')) stop.abort()
    },
    signal: stop.signal,
  })
  return lines
}

test('it says where it listens and what it simulates, and stops when it is interrupted', async () => {
  const lines = await run('lmdeploy:kv-int8', '--port', '0', '--slowdown', '1.3')
  expect(lines[0]).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ simulates lmdeploy 0\.4\.0 \(kv-int8\) on one RTX 3090, slowed down 1\.3 times$/,
  )
  expect(lines.at(-1)).toBe('Stopped.')
})

test('an estimate is called one', async () => {
  expect(await run('tensorrt-llm', '--port', '0')).toContain(
    'This engine is an estimate: no measurement of it was published.',
  )
})

test('--help shows the options', async () => {
  expect((await run('--help'))[0]).toContain('--slowdown X')
})

test.for([
  [[], 'simulate takes one engine.'],
  [['vllm', 'lmdeploy'], 'simulate takes one engine.'],
  [['vllm', '--port', 'http'], '--port http is not a port from 0 to 65535.'],
  [['vllm', '--slowdown', '0'], '--slowdown 0 is not a number above 0.'],
  [['vllm', '--speed', '2'], "Unknown option '--speed'"],
  [['nope'], 'There is no simulated engine "nope".'],
] as const)('%j is refused', async ([args, message]) => {
  await expect(run(...args)).rejects.toThrow(message)
})
