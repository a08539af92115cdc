import { Worker } from 'node:worker_threads'
import { siblingModule } from '../base/sibling-module.ts'
import type { Ms } from '../base/units.ts'
import type { LoadPlan } from './load-plan.ts'
import type { PackedRecords } from './packed-records.ts'
import type { Ended } from './progress.ts'
import type { Crash, LoadResult } from './run-load.ts'

/** One part of a load, as plain data. */
export interface PartTask {
  /** The requests of this part only, none of which fill the batch: the indices are put right when all parts are merged. */
  readonly plan: LoadPlan
  /** Zero of the run clock, on the machine's monotonic clock. */
  readonly clockZero: Ms
  readonly first: number
  readonly of: number
  readonly ended: Int32Array<SharedArrayBuffer>
}

/** `prepare` and `start` once for each part, in this order; `abort` at any time. */
export type ToThread =
  | { readonly kind: 'prepare'; readonly task: PartTask }
  | { readonly kind: 'start'; readonly firstDueAt: Ms }
  | { readonly kind: 'abort' }

export type FromThread =
  /** Its connections are open. */
  | { readonly kind: 'ready' }
  /** About once a second: requests sent so far, and those that have ended since the last time. */
  | { readonly kind: 'progress'; readonly sent: number; readonly ended: readonly Ended[] }
  | PartResult

/** The last message of a part. */
export interface PartResult extends Omit<LoadResult, 'records' | 'threads'> {
  readonly kind: 'result'
  readonly packed: PackedRecords
}

/** One of the threads that send loads. */
export interface ClientThread {
  /** Prepares a part, the next one after the last one's outcome; `start` sends it. */
  prepare(task: PartTask, onProgress: (progress: PartProgress) => void): PreparedPart
  tell(message: Exclude<ToThread, { kind: 'prepare' }>): void
  /** Ends it, whatever it does. */
  end(): Promise<unknown>
}

export type PartProgress = Extract<FromThread, { kind: 'progress' }>

interface PreparedPart {
  /** Its connections are open, or the thread has crashed. */
  readonly ready: Promise<void>
  readonly outcome: Promise<PartResult | Crashed>
}

export interface Crashed extends Crash {
  readonly kind: 'crashed'
}

/** `number`, from 1, names it when it crashes. */
export function startClientThread(number: number): ClientThread {
  const worker = new Worker(siblingModule('./load-thread', import.meta.url), { execArgv: [] })
  let hear: (message: FromThread | Crashed) => void = () => {}
  let crashed: Crashed | null = null
  const crash = (reason: string): void => {
    crashed ??= { kind: 'crashed', thread: number, reason }
    hear(crashed)
  }
  worker.on('message', (message: FromThread) => hear(message))
  worker.once('error', (error) => crash(error instanceof Error ? error.message : String(error)))
  worker.once('exit', (code) => crash(`it ended with code ${code}`))
  return {
    prepare(task, onProgress) {
      const ready = Promise.withResolvers<void>()
      const outcome = Promise.withResolvers<PartResult | Crashed>()
      hear = (message) => {
        if (message.kind === 'progress') return onProgress(message)
        ready.resolve()
        if (message.kind !== 'ready') outcome.resolve(message)
      }
      if (crashed === null) worker.postMessage({ kind: 'prepare', task })
      else hear(crashed)
      return { ready: ready.promise, outcome: outcome.promise }
    },
    tell: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  }
}
