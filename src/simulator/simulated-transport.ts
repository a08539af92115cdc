import type { Transport } from '../client/transport.ts'
import { createResponder, type ResponderOptions } from './respond.ts'

/**
 * A simulated server in the same process: no sockets, the same bytes, and time passes as `clock` lets it. With a
 * virtual clock the same options give the same bytes at the same times.
 */
export function createSimulatedTransport(options: ResponderOptions): Transport {
  const { clock } = options
  const responder = createResponder(options)
  const inFlight = new Set<() => void>()
  let closed = false

  return {
    send: (request, observer) => {
      let gone = false
      let leave: (() => void) | null = null
      const giveUp = (): void => {
        gone = true
        inFlight.delete(abandon)
        leave?.()
      }
      const abandon = (): void => {
        giveUp()
        observer.onError('aborted', 'The transport was closed.')
      }
      if (!closed) inFlight.add(abandon)
      clock.at(clock.now(), () => {
        if (gone) return
        if (closed) return observer.onError('connect', 'The transport is closed.')
        observer.onSent()
        if (gone) return
        leave = responder.handle(request, {
          head: (status, headers) => {
            if (!gone) observer.onHead(status, headers, clock.now())
          },
          bytes: (bytes) => {
            if (!gone) observer.onBytes(bytes, 0, bytes.length, clock.now())
          },
          end: () => {
            if (gone) return
            gone = true
            inFlight.delete(abandon)
            observer.onEnd()
          },
          cut: () => {
            if (gone) return
            gone = true
            inFlight.delete(abandon)
            observer.onError('truncated', 'The server closed the connection before the end.')
          },
        })
        // The observer may have given up while it was told the first bytes.
        if (gone) leave()
      })
      return { abort: giveUp }
    },
    prepare: () => Promise.resolve(),
    connections: () => null,
    close: async () => {
      closed = true
      responder.stop()
      for (const abandon of inFlight) abandon()
    },
  }
}
