import type { Socket } from 'node:net'
import type { Ms } from '../base/units.ts'
import type { Dial } from './dial.ts'

/** Connections to one server that are opened ahead of need, and what is known of all that were opened. */
export interface SpareSockets {
  /** Open, for whoever comes first. */
  count(): number
  /** Being opened to be spare. */
  connecting(): number
  /** Null until the first connection tells. */
  isHttp2(): boolean | null
  /** How many speak HTTP/2. */
  http2(): number
  /** Of each connection opened: the time until it could be used. */
  readonly connectMs: readonly Ms[]
  /** One that is open already, else a new one. Calls back later, never at once. */
  take: Dial
  /** Opens one to be spare. */
  open(): void
  close(): void
}

export interface SpareSocketsOptions {
  readonly dial: Dial
  /** Null where only the server knows. */
  readonly isHttp2: boolean | null
  now(): Ms
  /** A spare one has been opened. */
  onOpen(): void
  /** A spare one could not be opened, or was closed unused. */
  onLost(): void
}

export function createSpareSockets({ dial, now, onOpen, onLost, ...options }: SpareSocketsOptions): SpareSockets {
  /** Each with what is done when it is lost. */
  const spare = new Map<Socket, () => void>()
  const connectMs: Ms[] = []
  let { isHttp2 } = options
  let http2 = 0
  let connecting = 0
  let closed = false

  const open: Dial = (callback) => {
    const startedAt = now()
    dial((error, socket) => {
      if (error !== null) return callback(error, null)
      connectMs.push(now() - startedAt)
      isHttp2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
      if (isHttp2) http2++
      callback(null, socket)
    })
  }

  const keep = (socket: Socket): void => {
    const gone = (): void => {
      if (!spare.delete(socket)) return
      socket.destroy()
      onLost()
    }
    spare.set(socket, gone)
    socket.on('close', gone).on('error', gone)
    // That it closes is only seen where it is read. In HTTP/2 the server speaks first, and is read later.
    if (isHttp2 !== true) socket.on('data', gone).on('end', gone).resume()
  }

  return {
    count: () => spare.size,
    connecting: () => connecting,
    isHttp2: () => isHttp2,
    http2: () => http2,
    connectMs,
    take(callback) {
      const last = spare.entries().next().value
      if (last === undefined) return open(callback)
      const [socket, gone] = last
      spare.delete(socket)
      for (const event of ['close', 'error', 'data', 'end']) socket.off(event, gone)
      if (isHttp2 !== true) socket.pause()
      queueMicrotask(() => callback(null, socket))
    },
    open() {
      connecting++
      open((error, socket) => {
        connecting--
        if (error !== null) return onLost()
        if (closed) return void socket.destroy()
        keep(socket)
        onOpen()
      })
    },
    close() {
      closed = true
      for (const socket of spare.keys()) socket.destroy()
      spare.clear()
    },
  }
}
