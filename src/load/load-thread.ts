import { parentPort } from 'node:worker_threads'
import type { Ms } from '../base/units.ts'
import type { FromThread, PartTask, ToThread } from './client-thread.ts'
import { packRecords } from './packed-records.ts'
import { sharedCount } from './part.ts'
import type { Ended } from './progress.ts'
import { sendToServer } from './send-to-server.ts'

// A thread that sends parts of loads, one after the other, and hands back their records.

const parent = parentPort!
let started = Promise.withResolvers<Ms>()
let stop = new AbortController()

parent.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'prepare':
      started = Promise.withResolvers()
      stop = new AbortController()
      return void sendPart(message.task)
    case 'start':
      return started.resolve(message.firstDueAt)
    case 'abort':
      return stop.abort()
  }
})

function tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parent.postMessage(message, transfer)
}

async function sendPart({ plan, clockZero, first, of, ended }: PartTask): Promise<void> {
  let untold: Ended[] = []
  const { records, ...result } = await sendToServer(plan, clockZero, {
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
    onRecord: ({ index, outcome, firstOutputAt, dueAt, outputTokens }) => {
      untold.push({ index, outcome, firstOutputAt, dueAt, outputTokens })
    },
    onProgress({ sent }) {
      tell({ kind: 'progress', sent, ended: untold })
      untold = []
    },
  })
  const packed = packRecords(records)
  tell({ kind: 'result', packed, ...result }, [packed.outputAt.buffer])
}
