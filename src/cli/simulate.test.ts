import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import { runUntilListening } from './run-until-listening.testkit.ts'

const run = (...args: string[]): Promise<string[]> => runUntilListening(simulate, args)

test('it says where it listens and what it simulates, and stops when it is interrupted', async () => {
  const lines = await run('lmdeploy:kv-int8', '--port', '0', '--slowdown', '1.3')
  expect(lines[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+ simulates lmdeploy 0\.4\.0 \(kv-int8\), slowed down 1\.3 times$/)
  expect(lines.at(-1)).toBe('Stopped.')
})

test('--prefix-cache gives vLLM one, and says so', async () => {
  const lines = await run('vllm:chunked-prefill', '--port', '0', '--prefix-cache')
  expect(lines[0]).toMatch(/simulates vllm V1 scheduler \(chunked-prefill\), with a prefix cache$/)
})

test('an estimate is called one', async () => {
  expect(await run('tensorrt-llm', '--port', '0')).toContain(
    'This engine is an estimate: no measurement of it was published.',
  )
})

test('a speed that distorts is taken from those who ask for it', async () => {
  const lines = await run('vllm', '--port', '0', '--speed', '10', '--distort')
  expect(lines[0]).toMatch(/simulates vllm 0\.4\.1 \(base\), in time that passes 10 times as fast$/)
})

test('--help shows the options', async () => {
  expect((await run('--help'))[0]).toContain('--slowdown X')
})

test.for([
  [[], 'simulate takes one engine, by its name or by --profile.'],
  [['vllm', 'lmdeploy'], 'simulate takes one engine, by its name or by --profile.'],
  [['vllm', '--port', 'http'], '--port http is not a port from 0 to 65535.'],
  [['vllm', '--slowdown', '0'], '--slowdown 0 is not a number above 0.'],
  [['vllm', '--profile', 'mine.json'], 'simulate takes one engine, by its name or by --profile.'],
  [['--profile', 'nowhere.json'], 'Cannot read the profile nowhere.json (ENOENT).'],
  [['vllm', '--haste', '2'], 'There is no option --haste'],
  [['vllm', '--speed', '0.05'], '--speed 0.05 is not a number from 0.1.'],
  [['vllm', '--speed', '10'], 'at speed 10 TTFT grows by 4 to 13 %'],
  [['vllm', '--max-batch', '1.5'], '--max-batch 1.5 is not a positive integer.'],
  [['lmdeploy', '--prefix-cache'], '--prefix-cache is not simulated for lmdeploy.'],
  [['vllm', '--die-after', '0'], '--die-after 0 is not a positive integer.'],
  [['nope'], 'There is no simulated engine "nope".'],
] as const)('%j is refused', async ([args, message]) => {
  await expect(run(...args)).rejects.toThrow(message)
})
