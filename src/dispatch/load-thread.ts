import { parentPort, workerData } from 'node:worker_threads'
import { createHttpTransport } from '../client/http-transport.ts'
import type { Ms } from '../units.ts'
import { packRecords } from './packed-records.ts'
import { sharedCount } from './part.ts'
import type { Ended } from './progress.ts'
import { createRealClock } from './real-clock.ts'
import { runLoad } from './run-load.ts'
import type { FromThread, ThreadTask, ToThread } from './thread-messages.ts'

// Sends one part of a load, as its task says, and hands back the records.

const { endpoint, clockZero, first, of, ended, workload, wire, ...task } = workerData as ThreadTask

const parent = parentPort!
const tell = (message: FromThread, transfer: ArrayBuffer[] = []): void => parent.postMessage(message, transfer)
const started = Promise.withResolvers<Ms>()
const stop = new AbortController()
parent.on('message', (message: ToThread) => {
  if (message.kind === 'start') started.resolve(message.firstDueAt)
  else stop.abort()
})

const clock = createRealClock(clockZero)
const transport = createHttpTransport({ ...endpoint, now: clock.now })
let untold: Ended[] = []
const { records, ...result } = await runLoad({
  ...task,
  clock,
  transport,
  workload,
  toWireRequest: (_request, position) => wire[position]!,
  part: {
    first,
    of,
    ended: sharedCount(ended),
    start() {
      tell({ kind: 'ready' })
      return started.promise
    },
  },
  signal: stop.signal,
  onRecord: ({ outcome, firstOutputAt, dueAt, outputTokens }) => {
    untold.push({ outcome, firstOutputAt, dueAt, outputTokens })
  },
  onProgress({ sent }) {
    tell({ kind: 'progress', sent, ended: untold })
    untold = []
  },
})
await transport.close()
const packed = packRecords(records)
tell({ kind: 'result', packed, ...result }, [packed.outputAt.buffer])
parent.close()
