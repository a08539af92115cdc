import { Client } from 'undici'
import type { Socket } from 'node:net'
import type { Ms } from '../base/units.ts'
import type { Dial } from './dial.ts'
import { KEEP_ALIVE_MARGIN } from './keep-alive.ts'
import { createSpareSockets } from './spare-sockets.ts'
import type { ConnectionFacts } from './transport.ts'

/** A client of undici with one connection: one request at a time over HTTP/1.1, many over HTTP/2. */
export interface Channel {
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
const LONGEST_KEEP_ALIVE: Ms = 600_000

export interface ChannelsOptions {
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
export function createChannels({ origin, dial, isHttp2, limit, now, onChange, onLost }: ChannelsOptions) {
  const channels = new Set<Channel>()
  /** With room; those used last come last. */
  const free: Channel[] = []
  const spare = createSpareSockets({ dial, isHttp2, now, onOpen: onChange, onLost })
  let http2Streams = STREAMS

  /** Requests that one connection carries at once. */
  const streams = (): number => (spare.isHttp2() === true ? http2Streams : 1)

  const open = (): Channel => {
    const client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: LONGEST_KEEP_ALIVE,
      keepAliveMaxTimeout: LONGEST_KEEP_ALIVE,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
      connect: (_options, callback) => {
        spare.take((error, socket) => {
          channel.socket = socket
          channel.error = null
          if (error !== null) return callback(error, null)
          socket.on('error', (first) => (channel.error ??= first))
          callback(null, socket)
        })
      },
    })
    const channel: Channel = {
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
      channel.fresh = true
      channel.idleUntil = Infinity
      channel.capacity = streams()
      offer(channel)
      onChange()
    })
    client.on('disconnect', () => {
      if (channel.running === 0) close(channel)
    })
    channels.add(channel)
    // undici keeps what is for a connection that it opens.
    if (channel.capacity > 1) offer(channel)
    return channel
  }

  const close = (channel: Channel): void => {
    channels.delete(channel)
    retract(channel)
    void channel.client.destroy()
  }

  const offer = (channel: Channel): void => {
    if (channel.isFree || channel.running >= channel.capacity || !channels.has(channel)) return
    channel.isFree = true
    free.push(channel)
  }

  const retract = (channel: Channel): void => {
    if (!channel.isFree) return
    channel.isFree = false
    free.splice(free.lastIndexOf(channel), 1)
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
    take(): Channel | null {
      for (let channel = free.at(-1); channel !== undefined; channel = free.at(-1)) {
        if (channel.running > 0 || channel.idleUntil > now()) return channel
        close(channel)
      }
      if (spare.count() > 0) return open()
      // Nobody knows yet how many requests a connection takes: the first one tells.
      const isUnknown = spare.isHttp2() === null && channels.size + spare.connecting() > 0
      return !isUnknown && channels.size + spare.connecting() < limit ? open() : null
    },
    use(channel: Channel): void {
      channel.running++
      if (channel.running >= channel.capacity) retract(channel)
    },
    release(channel: Channel): void {
      channel.running--
      offer(channel)
    },
    /** The server allows no more requests at once, on this connection and so on others. */
    limitTo(channel: Channel, requests: number): void {
      if (requests < 1) return
      http2Streams = requests
      channel.capacity = requests
      retract(channel)
    },
    /** Opens connections until there is room for `wanted` requests, so many at once. */
    openAhead(wanted: number, atOnce: number): void {
      const missing = Math.min(
        Math.ceil((wanted - room()) / streams()),
        limit - channels.size - spare.count() - spare.connecting(),
        (spare.isHttp2() === null ? 1 : atOnce) - spare.connecting(),
      )
      for (let opened = 0; opened < missing; opened++) spare.open()
    },
    /** Closes those that their server has announced to close before then. */
    closeIdle(until: Ms): void {
      for (const channel of channels) if (channel.running === 0 && channel.idleUntil <= until) close(channel)
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
      await Promise.all([...channels].map(({ client }) => client.destroy()))
    },
  }
}
