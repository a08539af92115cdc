import { afterAll, inject, test, type RunnerTestCase, type RunnerTestSuite } from 'vitest'
import { ENDING_SIGNALS } from '../base/ending-signals.ts'
import { describeEnvironment } from '../case/environment.ts'
import type { GatedCase } from '../case/gate-case.ts'
import { runCase } from '../case/run-case.ts'
import type { ServingCase } from '../case/serving-case.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { settleGates } from '../case/settle-gates.ts'
import { withServer } from '../case/with-server.ts'
import { benchFile, fleetOfThisFile, shareOfChance } from './bench-file.ts'
import { atCallSite } from './call-site.ts'
import { listenersOf, type Listeners } from './listeners.ts'
import { refuseRetry } from './refuse-retry.ts'
import { inherited } from './settings.ts'
import { SETTLING_TITLE } from './settling-title.ts'
import type { ServingMeta } from './types.ts'

/** Loads end by themselves, and how many there will be is not known before. */
const NO_TIMEOUT = 0

/** Where the end of a file runs: in its last test, or after its tests. */
interface SettlingPlace {
  readonly signal: AbortSignal
  /** Of the test or the file: what was decided travels in it. */
  readonly meta: ServingMeta
  /** Of a load of that name. */
  readonly listenersOf: (name: string) => Listeners
}

/** Defines a last test, which decides the regression gates of the file. */
export function defineSettlingTest(frames: string): void {
  const file = benchFile()
  const number = ++file.settlingTests
  test(SETTLING_TITLE, { retry: 0, timeout: NO_TIMEOUT }, async ({ task, signal, skip }) => {
    if (number < file.settlingTests) skip('decided by the last test of this name')
    refuseRetry(task.retry, 'A baseline')
    const cases = file.gates.takeWaiting()
    if (cases.length === 0) skip('no case was compared')
    await settle(cases, frames, {
      signal,
      meta: (task.meta.serving ??= {}),
      listenersOf: (name) => listenersOf(name, task),
    })
  })
}

/** Decides what no test of that name did: of files that have none, or where a filter left it out. */
export function settleAfterAll(): void {
  // Vitest reads from the first argument which fixtures a hook asks for: none.
  // oxlint-disable-next-line no-empty-pattern
  afterAll(async ({}, file) => {
    const cases = benchFile().gates.takeWaiting()
    if (cases.length === 0) return
    const interrupt = new AbortController()
    const onSignal = (): void => interrupt.abort()
    for (const signal of ENDING_SIGNALS) process.once(signal, onSignal)
    try {
      await settle(cases, '', {
        // What was cancelled while its tests ran sends no more.
        signal: AbortSignal.any([interrupt.signal, ...testsOf(file).map(({ context }) => context.signal)]),
        meta: (file.meta.serving ??= {}),
        listenersOf: () => ({}),
      })
    } finally {
      for (const signal of ENDING_SIGNALS) process.off(signal, onSignal)
    }
  }, NO_TIMEOUT)
}

async function settle(cases: readonly GatedCase[], frames: string, place: SettlingPlace): Promise<void> {
  const { meta } = place
  const { baselineTrials, margins } = inject('servingBench')
  try {
    await settleGates(cases, {
      baselineTrials,
      margins,
      falseFailChance: () => shareOfChance(meta),
      send: (serving) => send(serving, place),
      tell: (settled) => {
        meta.settled = [...(meta.settled ?? []), settled]
      },
    })
  } catch (error) {
    throw atCallSite(error, frames)
  }
}

/** Runs more of a case, with its server, outside `load`. */
function send(serving: ServingCase, { signal, listenersOf }: SettlingPlace): Promise<ServingRun> {
  const file = benchFile()
  const { name, target, load } = serving
  const { onLoading, onProgress } = listenersOf(name)
  const served = { target, name, signal, timeouts: load.timeouts, onLoading, env: inherited }
  return withServer(fleetOfThisFile(), served, (there, log, whileServed) =>
    file.oneAtATime(name, whileServed, () =>
      runCase(
        { ...serving, target: there, ...(log === null ? {} : { log }) },
        { environment: describeEnvironment(), calibrations: file.calibrations, signal: whileServed, onProgress },
      ),
    ),
  )
}

function testsOf({ tasks }: RunnerTestSuite): RunnerTestCase[] {
  return tasks.flatMap((task) => (task.type === 'test' ? task : testsOf(task)))
}
