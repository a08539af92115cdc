import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { siblingModule } from '../base/sibling-module.ts'
import { signalTree } from './process-tree.ts'
import type { Exit, ReaperEvent, ReaperOrder } from './reaper-protocol.ts'

/** Lines kept of a log: enough for the traceback of every rank of a big engine. */
const KEPT_LINES = 500

/** The process that will be a server's parent; it waits for its order. */
export interface Reaper {
  readonly pid: number
  /** Rejects with what the system says when the command cannot be run. */
  start(order: ReaperOrder): Promise<ServerProcess>
  /** For a reaper that gets no order. */
  dismiss(): Promise<void>
}

/** A server that was started here, seen through its reaper. */
export interface ServerProcess {
  readonly pid: number
  /** Null as long as it runs. */
  exit(): Exit | null
  /** Resolves when the server itself has ended. */
  readonly exited: Promise<Exit>
  /** Resolves when everything that it started has ended as well, with the processes that could not be ended. */
  readonly gone: Promise<readonly number[]>
  /** The newest of its lines, oldest first. */
  lines(): readonly string[]
  /** Hears every line from now on; returns what takes that back. */
  onLine(listener: (line: string) => void): () => void
  /** Ends the server and everything that it started. */
  stop(): Promise<readonly number[]>
}

/** Starts a reaper. Its environment is that of the server to be, because it must find the same Node. */
export async function createReaper(env: Readonly<Record<string, string>>): Promise<Reaper> {
  const child = fork(siblingModule('./reaper', import.meta.url), [], {
    detached: true,
    env,
    execArgv: [],
    // Nothing of ours: who waits for the end of our output must not wait for the server.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  await once(child, 'spawn')
  return {
    pid: child.pid as number,
    start: (order) => startServer(child, order),
    dismiss: () => end(child),
  }
}

async function startServer(child: ChildProcess, order: ReaperOrder): Promise<ServerProcess> {
  const started = Promise.withResolvers<number>()
  const exited = Promise.withResolvers<Exit>()
  const gone = Promise.withResolvers<readonly number[]>()
  const listeners = new Set<(line: string) => void>()
  const kept: string[] = []
  let pid: number | null = null
  let exit: Exit | null = null

  const noteExit = (how: Exit): void => {
    exit ??= how
    exited.resolve(exit)
  }

  child.on('message', (event: ReaperEvent) => {
    switch (event.type) {
      case 'started':
        pid = event.pid
        return started.resolve(pid)
      case 'not-started':
        return started.reject(new Error(event.message))
      case 'line':
        kept.push(event.line)
        if (kept.length > KEPT_LINES) kept.shift()
        for (const listener of listeners) listener(event.line)
        return
      case 'exited':
        return noteExit(event.exit)
      case 'gone':
        return gone.resolve(event.left)
    }
  })
  child.once('exit', () => {
    started.reject(new Error('the process that was to start it has ended'))
    // If somebody has killed the reaper, nobody else will end the server.
    if (pid !== null && exit === null) signalTree({ leader: pid, mark: order.mark }, 'SIGKILL')
    noteExit({ code: null, signal: null })
    gone.resolve([])
  })
  child.send(order)

  return {
    pid: await started.promise,
    exit: () => exit,
    exited: exited.promise,
    gone: gone.promise,
    lines: () => kept,
    onLine(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      await end(child)
      return gone.promise
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
