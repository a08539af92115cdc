import { inject, recordArtifact, type RunnerTestCase } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { describeEnvironment } from '../case/environment.ts'
import { runCase, type RunCaseOptions, type ServingCase } from '../case/run-case.ts'
import { benchFile } from './bench-file.ts'
import type { ServingRun } from '../case/serving-run.ts'

/** What runs now in this worker, whichever file it is of; two loads at a time would measure each other. */
let running: { readonly name: string; readonly done: Promise<unknown> } | null = null

/** Runs a case here and now. Rejects with BenchError `overlapping-load` while another one runs. */
export async function runAlone(
  serving: ServingCase,
  options: Pick<RunCaseOptions, 'signal' | 'onProgress' | 'onPlan' | 'onNotice'>,
): Promise<ServingRun> {
  // A test that timed out has been told to stop, but its load may still be winding down.
  if (running !== null && !options.signal.aborted)
    await Promise.race([running.done, graceOver(running.name, serving.name)])
  const done = runCase(serving, {
    environment: describeEnvironment(),
    calibrations: benchFile().calibrations,
    ...options,
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

/** Tells the reporters how a load in a test gets on; undefined when none of them listens. */
export function progressListener(name: string, test: RunnerTestCase): RunCaseOptions['onProgress'] {
  if (inject('servingBench').progressMs === null) return undefined
  return (progress) => {
    void recordArtifact(test, { type: 'vitest-llm-bench:progress', name, progress })
    // Shown and forgotten: kept artifacts would travel into every blob.
    test.artifacts.length = 0
  }
}

/** Tells the reporters how many of the requests of a case will count; undefined when none of them listens. */
export function planListener(name: string, test: RunnerTestCase): RunCaseOptions['onPlan'] {
  if (inject('servingBench').progressMs === null) return undefined
  return (plan) => {
    void recordArtifact(test, { type: 'vitest-llm-bench:plan', name, plan })
    test.artifacts.length = 0
  }
}

/** Tells the reporters what is to be said once; undefined when none of them listens. */
export function noticeListener(test: RunnerTestCase): RunCaseOptions['onNotice'] {
  if (inject('servingBench').progressMs === null) return undefined
  return (notice) => {
    void recordArtifact(test, { type: 'vitest-llm-bench:notice', notice })
    test.artifacts.length = 0
  }
}
