import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { masker } from '../base/mask.ts'
import { ENDING_SIGNALS } from '../base/ending-signals.ts'
import type { Ms } from '../base/units.ts'
import { createLineSplitter } from './line-splitter.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { livingMembers, MARK_VARIABLE, signalTree, type ProcessTree } from './process-tree.ts'
import type { Exit, ReaperEvent, ReaperOrder } from './reaper-protocol.ts'
import { watchSharedMemory } from './shared-memory.ts'

/**
 * The process between a bench and a server that it started: the server's parent, and the one who ends it.
 *
 * It lives in a session of its own, so that neither Ctrl-C nor a signal to the process group of the bench reaches it, and
 * it notices by the end of its channel that the bench has gone, whatever killed that. Then, or when it is asked, or when
 * the server has ended by itself, it ends every process that the server has left, and removes the shared memory that these
 * created and that nobody holds any more.
 *
 * It also keeps the log, so that neither a busy nor a dead bench loses a line or blocks the server on a full pipe.
 */

/** Until a process that was sent SIGKILL has gone: a driver may take a while to let go of a GPU. */
const KILL_WAIT_MS = 10_000
const POLL_MS = 100
/** For the last words in the pipes of a process that has gone. */
const LAST_WORDS_MS = 1000

/** The bench is slower in reading than the server in logging. */
let isBacklogged = false

const stop = Promise.withResolvers<'stop'>()
process.once('disconnect', () => stop.resolve('stop'))
for (const signal of ENDING_SIGNALS) process.on(signal, () => stop.resolve('stop'))

const order = await Promise.race([once(process, 'message') as Promise<[ReaperOrder]>, stop.promise])
if (order !== 'stop') await serve(order[0])
// A pipe that somebody still holds must not keep it here.
process.exit()

async function serve(order: ReaperOrder): Promise<void> {
  try {
    await superviseServer(order)
  } catch (error) {
    await tell({ type: 'not-started', message: (error as Error).message })
  } finally {
    for (const claim of order.claims) rmSync(claim, { force: true })
  }
}

/** Throws where the log cannot be opened or the command cannot be run. */
async function superviseServer(order: ReaperOrder): Promise<void> {
  const { command, cwd, env, mark, stopSignal, graceMs } = order
  const log = openLogFile(order.logFile)
  const [program = '', ...args] = command
  let leader: number | null = null
  const sharedMemory = watchSharedMemory(() => (leader === null ? [] : livingMembers({ leader, mark })))
  const child = spawn(program, args, {
    detached: true,
    env: { ...env, [MARK_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === null ? {} : { cwd }),
  })
  const exited = once(child, 'exit')
  const closed = once(child, 'close')
  await once(child, 'spawn')
  leader = child.pid as number
  void tell({ type: 'started', pid: leader })
  const mask = masker(order.secrets)
  for (const stream of [child.stdout, child.stderr]) relay(stream, log, mask)
  void exited.then(([code, signal]: (number | string | null)[]) =>
    tell({ type: 'exited', exit: { code, signal } as Exit }),
  )
  await Promise.race([exited, stop.promise])
  sharedMemory.look()
  await end({ leader, mark }, stopSignal, graceMs)
  sharedMemory.removeLeftovers()
  await Promise.race([closed, sleep(LAST_WORDS_MS)])
  await tell({ type: 'gone', left: livingMembers({ leader, mark }) })
}

/** Every line goes into the log and, unless it is too busy, to the bench. */
function relay(stream: Readable, log: LogFile, mask: (text: string) => string): void {
  let isLogged = true
  const splitter = createLineSplitter((raw) => {
    const line = mask(stripVTControlCharacters(raw))
    void tell({ type: 'line', line })
    if (!isLogged) return
    try {
      log.write(line)
    } catch (error) {
      // A full disk must end the log, not the server.
      isLogged = false
      void tell({ type: 'line', line: `(from here on not in the log file: ${(error as Error).message})` })
    }
  })
  stream.on('data', (bytes: Buffer) => splitter.push(bytes))
  stream.once('end', () => splitter.end())
}

/** Asks a tree to end, and after the grace makes it. */
async function end(tree: ProcessTree, stopSignal: NodeJS.Signals, graceMs: Ms): Promise<void> {
  if (livingMembers(tree).length === 0) return
  signalTree(tree, stopSignal)
  if (await isGoneWithin(tree, graceMs)) return
  signalTree(tree, 'SIGKILL')
  // What was being started when the signal came is killed with the next look.
  await isGoneWithin(tree, KILL_WAIT_MS, () => signalTree(tree, 'SIGKILL'))
}

async function isGoneWithin(tree: ProcessTree, waitMs: Ms, whileThere = (): void => {}): Promise<boolean> {
  for (let waited = 0; waited < waitMs; waited += POLL_MS) {
    if (livingMembers(tree).length === 0) return true
    whileThere()
    await sleep(POLL_MS)
  }
  return livingMembers(tree).length === 0
}

/**
 * Resolves when the event is on its way. Lines that the bench is too busy to take are left out: the log has them. The
 * bench may go at any moment, and then there is nobody to tell.
 */
async function tell(event: ReaperEvent): Promise<void> {
  if (!process.connected || (isBacklogged && event.type === 'line')) return
  const { promise, resolve } = Promise.withResolvers<void>()
  isBacklogged = !process.send!(event, undefined, undefined, () => {
    isBacklogged = false
    resolve()
  })
  await promise
}
