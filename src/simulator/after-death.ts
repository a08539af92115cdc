import type { Death } from './dialects/dialect.ts'
import { type ResponseSink, sendWhole, STREAM_HEAD } from './response-sink.ts'

/** What a client hears of its running answer when the engine dies; `hasHead` is whether it has heard anything yet. */
export function breakOff(death: Death, sink: ResponseSink, hasHead: boolean): void {
  if (death.running === 'stall') return
  if (death.running === 'cut') return sink.cut()
  if (!hasHead) return refuseDead(death, sink)
  sink.bytes(death.running)
  sink.end()
}

/** What a client hears that asks a server whose engine has died to generate. */
export function refuseDead({ arriving }: Death, sink: ResponseSink): void {
  switch (arriving) {
    case 'silence':
      return
    case 'head-then-cut':
      sink.head(200, STREAM_HEAD)
      return sink.cut()
    case 'cut':
      return sink.cut()
    default:
      sendWhole(arriving, sink)
  }
}
