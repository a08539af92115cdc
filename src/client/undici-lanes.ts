import { Client } from 'undici'
import type { Socket } from 'node:net'
import type { Ms } from '../base/units.ts'
import type { Dial } from './dial.ts'
import { createSpareSockets } from './spare-sockets.ts'
import type { ConnectionFacts } from './transport.ts'

/** A client of undici with one connection: one request at a time over HTTP/1.1, many over HTTP/2. */
export interface Lane {
  readonly client: Client
  socket: Socket | null
  /** The first that its socket had: undici may tell of a later one. */
  error: Error | null
  /** Connected, and no request has used the connection yet. */
  fresh: boolean
  /** Requests that it has been given, and that have not ended. */
  running: number
  /** Most requests at once. */
  capacity: number
  /** An answer has come, and so have the server's settings of HTTP/2. */
  heard: boolean
  /** It is among those with room. */
  isFree: boolean
  /** When the server said that it would close an idle connection. */
  idleUntil: Ms
}

/** What undici opens at most on one HTTP/2 connection, and most servers allow. */
const STREAMS = 100
/** undici closes a connection so much earlier than the server said that it would. */
const KEEP_ALIVE_MARGIN: Ms = 1000
const LONGEST_KEEP_ALIVE: Ms = 600_000

export interface LanesOptions {
  /** Of the server, or of a proxy that reads the requests. */
  readonly origin: string
  readonly dial: Dial
  /** Null where only the server knows. */
  readonly isHttp2: boolean | null
  /** Most connections. */
  readonly limit: number
  now(): Ms
  /** A connection has been opened. */
  onChange(): void
  /** One ahead of need could not be opened, or was closed unused. */
  onLost(): void
}

/** The connections to one server, each in a client of undici, and those that are opened ahead for more of them. */
export function createLanes({ origin, dial, isHttp2, limit, now, onChange, onLost }: LanesOptions) {
  const lanes = new Set<Lane>()
  /** With room; those used last come last. */
  const free: Lane[] = []
  const spare = createSpareSockets({ dial, isHttp2, now, onOpen: onChange, onLost })
  let http2Streams = STREAMS

  /** Requests that one connection carries at once. */
  const streams = (): number => (spare.isHttp2() === true ? http2Streams : 1)

  const open = (): Lane => {
    const client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: LONGEST_KEEP_ALIVE,
      keepAliveMaxTimeout: LONGEST_KEEP_ALIVE,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
      connect: (_options, callback) => {
        spare.take((error, socket) => {
          lane.socket = socket
          lane.error = null
          if (error !== null) return callback(error, null)
          socket.on('error', (first) => (lane.error ??= first))
          callback(null, socket)
        })
      },
    })
    const lane: Lane = {
      client,
      socket: null,
      error: null,
      fresh: false,
      running: 0,
      capacity: streams(),
      heard: false,
      isFree: false,
      idleUntil: Infinity,
    }
    client.on('connect', () => {
      lane.fresh = true
      lane.idleUntil = Infinity
      lane.capacity = streams()
      offer(lane)
      onChange()
    })
    client.on('disconnect', () => {
      if (lane.running === 0) close(lane)
    })
    lanes.add(lane)
    // undici keeps what is for a connection that it opens.
    if (lane.capacity > 1) offer(lane)
    return lane
  }

  const close = (lane: Lane): void => {
    lanes.delete(lane)
    retract(lane)
    void lane.client.destroy()
  }

  const offer = (lane: Lane): void => {
    if (lane.isFree || lane.running >= lane.capacity || !lanes.has(lane)) return
    lane.isFree = true
    free.push(lane)
  }

  const retract = (lane: Lane): void => {
    if (!lane.isFree) return
    lane.isFree = false
    free.splice(free.lastIndexOf(lane), 1)
  }

  /** Requests that could be sent at once, when all that is being opened is open. */
  const room = (): number => {
    const opening = spare.count() + spare.connecting()
    if (streams() === 1) return opening + free.length
    return free.reduce((sum, { running, capacity }) => sum + capacity - running, opening * streams())
  }

  return {
    open,
    close,
    /** One with room, a new one where there is none, or null at the limit. */
    take(): Lane | null {
      for (let lane = free.at(-1); lane !== undefined; lane = free.at(-1)) {
        if (lane.running > 0 || lane.idleUntil > now()) return lane
        close(lane)
      }
      if (spare.count() > 0) return open()
      // Nobody knows yet how many requests a connection takes: the first one tells.
      const isUnknown = spare.isHttp2() === null && lanes.size + spare.connecting() > 0
      return !isUnknown && lanes.size + spare.connecting() < limit ? open() : null
    },
    use(lane: Lane): void {
      lane.running++
      if (lane.running >= lane.capacity) retract(lane)
    },
    release(lane: Lane): void {
      lane.running--
      offer(lane)
    },
    /** The server allows no more requests at once, on this connection and so on others. */
    limitTo(lane: Lane, requests: number): void {
      if (requests < 1) return
      http2Streams = requests
      lane.capacity = requests
      retract(lane)
    },
    /** Opens connections until there is room for `wanted` requests, so many at once. */
    openAhead(wanted: number, atOnce: number): void {
      const missing = Math.min(
        Math.ceil((wanted - room()) / streams()),
        limit - lanes.size - spare.count() - spare.connecting(),
        (spare.isHttp2() === null ? 1 : atOnce) - spare.connecting(),
      )
      for (let opened = 0; opened < missing; opened++) spare.open()
    },
    /** Closes those that their server has announced to close before then. */
    closeIdle(until: Ms): void {
      for (const lane of lanes) if (lane.running === 0 && lane.idleUntil <= until) close(lane)
    },
    connecting: (): number => spare.connecting(),
    /** Whether a connection carries several requests at once. */
    areShared: (): boolean => spare.isHttp2() === true,
    facts: (): Pick<ConnectionFacts, 'opened' | 'http2' | 'connectMs'> => ({
      opened: spare.connectMs.length,
      http2: spare.http2(),
      connectMs: spare.connectMs,
    }),
    async closeAll(): Promise<void> {
      spare.close()
      await Promise.all([...lanes].map(({ client }) => client.destroy()))
    },
  }
}
