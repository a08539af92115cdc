import type { BenchmarkProvider, RunnerTestCase } from 'vitest'
import { Bench } from 'tinybench'
import { toBenchResult } from './bench-result.ts'
import { describeEnvironment } from '../case/environment.ts'
import { runCase } from '../case/run-case.ts'
import { benchFile } from './bench-file.ts'
import { listenersOf } from './listeners.ts'
import type { ServingCase } from '../case/serving-case.ts'
import type { ServingRun } from '../case/serving-run.ts'

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
      if (serving !== undefined) results.push(toBenchResult(name, await runServing(serving, group.test)))
    }
    return results
  },
}
export default provider

function servingOf(options: object | undefined): ServingCase | undefined {
  return options === undefined || !('serving' in options) ? undefined : (options.serving as ServingCase)
}

function runServing(serving: ServingCase, test: RunnerTestCase): Promise<ServingRun> {
  const file = benchFile()
  const { signal = test.context.signal } = serving
  const options = {
    environment: describeEnvironment(),
    calibrations: file.calibrations,
    signal,
    ...listenersOf(serving.name, test),
  }
  return file.oneAtATime(serving.name, signal, () => runCase(serving, options))
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
