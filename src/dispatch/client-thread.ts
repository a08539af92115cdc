import { Worker } from 'node:worker_threads'
import { siblingModule } from '../sibling-module.ts'
import type { Crash } from './run-load.ts'
import type { FromThread, ThreadResult, ThreadTask, ToThread } from './thread-messages.ts'

/** One thread of a load. */
export interface ClientThread {
  /** Its connections are open, or it has crashed. */
  readonly ready: Promise<void>
  readonly outcome: Promise<ThreadResult | Crashed>
  tell(message: ToThread): void
  /** Ends it, whatever it does. */
  end(): Promise<unknown>
}

export interface Crashed extends Crash {
  readonly kind: 'crashed'
}

/** Starts a thread, which waits to be told when to send. */
export function startClientThread(
  task: ThreadTask,
  onProgress: (progress: Extract<FromThread, { kind: 'progress' }>) => void,
): ClientThread {
  const ready = Promise.withResolvers<void>()
  const outcome = Promise.withResolvers<ThreadResult | Crashed>()
  const crash = (reason: string): void => {
    outcome.resolve({ kind: 'crashed', thread: task.first + 1, reason })
    ready.resolve()
  }
  const worker = new Worker(siblingModule('./load-thread', import.meta.url), { workerData: task, execArgv: [] })
  worker.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve()
      case 'progress':
        return onProgress(message)
      case 'result':
        return outcome.resolve(message)
    }
  })
  worker.once('error', (error) => crash(error instanceof Error ? error.message : String(error)))
  worker.once('exit', (code) => crash(`it ended with code ${code}`))
  return {
    ready: ready.promise,
    outcome: outcome.promise,
    tell: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  }
}
