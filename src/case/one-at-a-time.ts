import { BenchError } from '../base/errors.ts'
import type { Ms } from '../base/units.ts'

/** A test that timed out has been told to stop, but its load may still be winding down. */
const GRACE_MS: Ms = 2000

/** Runs what it is given, one after the other. Rejects with BenchError `overlapping-load` where the one before does not end. */
export type OneAtATime = <T>(name: string, signal: AbortSignal, run: () => Promise<T>) => Promise<T>

/** Two loads at a time would measure each other. */
export function createOneAtATime(): OneAtATime {
  let running: { readonly name: string; readonly done: Promise<unknown> } | null = null
  return async (name, signal, run) => {
    if (running !== null && !signal.aborted) await Promise.race([running.done, graceOver(running.name, name)])
    const done = run()
    running = { name, done: done.catch(() => {}) }
    try {
      return await done
    } finally {
      running = null
    }
  }
}

async function graceOver(running: string, next: string): Promise<never> {
  await new Promise((resolve) => {
    setTimeout(resolve, GRACE_MS).unref()
  })
  throw new BenchError(`"${next}" would overlap "${running}", which is still running.`, {
    code: 'overlapping-load',
    remedy: 'Await one load before starting the next: two at a time would measure each other.',
  })
}
