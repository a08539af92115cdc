import { inject, recordArtifact, type BenchmarkProvider, type RunnerTestCase } from 'vitest'
import { Bench } from 'tinybench'
import { BenchError } from '../errors.ts'
import { toBenchResult } from './bench-result.ts'
import { describeEnvironment } from './environment.ts'
import { runCase, type ServingCase } from './run-case.ts'
import type { ServingRun } from './types.ts'

type Group = Parameters<BenchmarkProvider['run']>[0]
type Results = Awaited<ReturnType<BenchmarkProvider['run']>>

/**
 * Runs what `bench()` registers: a load run where the registration carries one, tinybench for everything else, as
 * Vitest's own provider does.
 */
const provider: BenchmarkProvider = {
  async run(group) {
    const functions = group.registrations.filter(({ fnOpts }) => servingOf(fnOpts) === undefined)
    const results = functions.length === 0 ? [] : await runFunctions({ ...group, registrations: functions })
    for (const { name, fnOpts } of group.registrations) {
      const serving = servingOf(fnOpts)
      if (serving !== undefined) results.push(toBenchResult(name, await runAlone(serving, group.test)))
    }
    return results
  },
}
export default provider

function servingOf(options: object | undefined): ServingCase | undefined {
  return options === undefined || !('serving' in options) ? undefined : (options.serving as ServingCase)
}

/** What runs now in this worker; two loads at a time would measure each other. */
let running: { readonly name: string; readonly done: Promise<unknown> } | null = null

async function runAlone(serving: ServingCase, test: RunnerTestCase): Promise<ServingRun> {
  // A test that timed out has been told to stop, but its load may still be winding down.
  if (running !== null && !test.context.signal.aborted)
    await Promise.race([running.done, graceOver(running.name, serving.name)])
  const done = runCase(serving, {
    environment: describeEnvironment(),
    signal: serving.signal ?? test.context.signal,
    onProgress: progressListener(serving.name, test),
  })
  running = { name: serving.name, done: done.catch(() => {}) }
  try {
    return await done
  } finally {
    running = null
  }
}

const GRACE_MS = 2000

async function graceOver(running: string, next: string): Promise<never> {
  await new Promise((resolve) => {
    setTimeout(resolve, GRACE_MS).unref()
  })
  throw new BenchError(`"${next}" would overlap "${running}", which is still running.`, {
    code: 'overlapping-load',
    remedy: 'Await one load before starting the next: two at a time would measure each other.',
  })
}

function progressListener(name: string, test: RunnerTestCase): Parameters<typeof runCase>[1]['onProgress'] {
  if (inject('servingBench').progressMs === null) return undefined
  return (progress) => {
    void recordArtifact(test, { type: 'vitest-llm-bench:progress', name, progress })
    // Shown and forgotten: kept artifacts would travel into every blob.
    test.artifacts.length = 0
  }
}

async function runFunctions({ test, config, registrations, options }: Group): Promise<Results> {
  const bench = new Bench({
    signal: test.context.signal,
    name: test.fullTestName,
    ...(config.retainSamples === undefined ? {} : { retainSamples: config.retainSamples }),
    ...options,
  })
  for (const { name, fn, fnOpts } of registrations) bench.add(name, fn, fnOpts)
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state === 'errored') throw result.error
    if (result.state !== 'completed') throw new Error(`the benchmark "${name}" ended in state ${result.state}`)
    return { ...result, name }
  })
}
