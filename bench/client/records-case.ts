import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fixedLengths, openai, test, type ServingRun } from '../../src/index.ts'
import { LARGE_LOAD } from './scenario.ts'

// Run by records.ts, in a worker of Vitest as any bench file.

declare module 'vitest' {
  interface TaskMeta {
    recordsMb?: number
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const LOAD = {
  target: openai({ endpoint: 'completions' }),
  requestRate: Infinity,
  numPrompts: LARGE_LOAD.requests,
  maxConcurrency: 64,
  dataset: fixedLengths({ promptTokens: 20, outputTokens: LARGE_LOAD.tokens }),
  warmup: false,
} as const

test('its records are weighed', async ({ load, task }) => {
  const before = await memoryMb()
  const run: ServingRun = await load(LOAD)
  task.meta.recordsMb = (await memoryMb()) - before
  if (run.records.length !== LARGE_LOAD.requests) throw new Error('requests are missing')
})

test('its report is timed', async ({ load }) => {
  await load(LOAD)
})

/** Buffers are given back a turn of the event loop after whoever held them. */
async function memoryMb(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}
