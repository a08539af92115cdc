import { afterAll, test, type RunnerTestCase, type RunnerTestSuite } from 'vitest'
import { ENDING_SIGNALS } from '../base/ending-signals.ts'
import { benchFile } from './bench-file.ts'
import { atCallSite } from './call-site.ts'
import { takeGatedCases } from './gated-cases.ts'
import { refuseRetry } from './refuse-retry.ts'
import { progressListener } from './run-alone.ts'
import { loadingListener } from './servers.ts'
import { settleGates } from './settle-gates.ts'
import { SETTLING_TITLE } from './settling-title.ts'

/** Loads end by themselves, and how many there will be is not known before. */
const NO_TIMEOUT = 0

/** Defines a last test, which decides the regression gates of the file. */
export function defineSettlingTest(frames: string): void {
  const number = ++benchFile().settlingTests
  test(SETTLING_TITLE, { retry: 0, timeout: NO_TIMEOUT }, async ({ task, signal, skip }) => {
    if (number < benchFile().settlingTests) skip('decided by the last test of this name')
    refuseRetry(task.retry, 'A baseline')
    const cases = takeGatedCases()
    if (cases.length === 0) skip('no case was compared')
    try {
      await settleGates(cases, {
        signal,
        meta: (task.meta.serving ??= {}),
        onProgress: (name) => progressListener(name, task),
        onLoading: (name) => loadingListener(name, task),
      })
    } catch (error) {
      for (const inner of error instanceof AggregateError ? error.errors : []) atCallSite(inner, frames)
      throw atCallSite(error, frames)
    }
  })
}

/** Decides what no test of that name did: of files that have none, or where a filter left it out. */
export function settleAfterAll(): void {
  afterAll(async () => {
    const cases = takeGatedCases()
    const file = cases[0]?.origin.file
    if (file === undefined) return
    const interrupt = new AbortController()
    const onSignal = (): void => interrupt.abort()
    for (const signal of ENDING_SIGNALS) process.once(signal, onSignal)
    try {
      await settleGates(cases, {
        // What was cancelled while its tests ran sends no more.
        signal: AbortSignal.any([interrupt.signal, ...testsOf(file).map(({ context }) => context.signal)]),
        meta: (file.meta.serving ??= {}),
        onProgress: () => undefined,
        onLoading: () => undefined,
      })
    } finally {
      for (const signal of ENDING_SIGNALS) process.off(signal, onSignal)
    }
  }, NO_TIMEOUT)
}

function testsOf({ tasks }: RunnerTestSuite): RunnerTestCase[] {
  return tasks.flatMap((task) => (task.type === 'test' ? task : testsOf(task)))
}
