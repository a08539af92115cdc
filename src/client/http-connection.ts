import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Ms } from '../base/units.ts'
import { hostOf, portOf } from './base-url.ts'
import { type HttpHeaders, HttpResponseReader, type HttpResponseSink } from './http-response.ts'
import { idleUntil } from './keep-alive.ts'
import type { TlsOptions } from './tls.ts'
import type { WireObserver } from './transport.ts'

export interface ConnectionOptions {
  readonly url: URL
  readonly tls: TlsOptions | undefined
  readonly connectTimeoutMs: Ms
  /** Where all connections of a thread read into: what is read is dealt with before the next read. */
  readonly readBuffer: Uint8Array
  now(): Ms
}

/** Hears the answer as it comes. */
type AnswerObserver = Pick<WireObserver, 'onHead' | 'onBytes'>

const TCP_KEEP_ALIVE: Ms = 60_000

/**
 * One HTTP/1.1 connection, plain or TLS, with one request on it at a time.
 *
 * The socket reads into one buffer (`onread`), with no stream, no copy and no allocation between the system call and the
 * reader of the answer.
 *
 * With a thousand streams, most of what an event costs is fetching the state of its stream from memory: here and in what is
 * called per event, objects are few, and what each read touches stands first in them (docs/performance.md).
 */
export class HttpConnection implements HttpResponseSink {
  #observer: AnswerObserver | null = null
  readonly #reader: HttpResponseReader = new HttpResponseReader(this)
  readonly #now: () => Ms
  /** Set between the end of an answer and the call that tells of it. */
  #ended: 'reusable' | 'last' | null = null
  #readAt: Ms = 0
  /** Whether any byte has come since the last request was sent, be it of half a head. */
  heard = false
  /** From the start of the connecting to a connection that can be used, TLS included; null before that. */
  connectMs: Ms | null = null
  /** Requests that have been sent on it. */
  requests = 0
  /** When the server said that it would close an idle connection; `Infinity` where it did not say. */
  idleUntil: Ms = Infinity
  readonly #socket: Socket
  #onEnd: ((reusable: boolean) => void) | null = null
  #error: Error | null = null

  /** Exactly one of the two is called first; after `onOpen`, `onClose` still follows, with the error if there was one. */
  constructor(options: ConnectionOptions, onOpen: () => void, onClose: (error: Error | null) => void) {
    const { url, tls, connectTimeoutMs, readBuffer, now } = options
    this.#now = now
    const startedAt = now()
    const isTls = url.protocol === 'https:'
    const host = hostOf(url)
    const address = {
      host,
      port: portOf(url),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE,
      onread: {
        buffer: readBuffer,
        callback: (length: number, bytes: Uint8Array): boolean => {
          this.#read(bytes, length)
          return true
        },
      },
    }
    this.#socket = isTls
      ? connectTls({
          ...address,
          ...tls,
          ALPNProtocols: ['http/1.1'],
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectTcp(address)
    const timer = setTimeout(() => this.#socket.destroy(new ConnectTimeout()), Math.min(connectTimeoutMs, 2 ** 31 - 1))
    this.#socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      this.connectMs = now() - startedAt
      onOpen()
    })
    this.#socket.on('error', (error) => {
      this.#error = error
    })
    this.#socket.on('end', () => this.#socket.destroy())
    this.#socket.once('close', () => {
      clearTimeout(timer)
      if (this.#error === null && this.#reader.close()) this.#endAnswer(true)
      onClose(this.#error)
    })
  }

  /** `onEnd` is called once the answer is whole. `reusable`: the connection may carry another request now. */
  send(head: string, body: string | null, observer: AnswerObserver, onEnd: (reusable: boolean) => void): void {
    this.#observer = observer
    this.#onEnd = onEnd
    this.requests++
    this.heard = false
    this.#socket.write(body === null ? head : head + body)
  }

  /** Nobody hears of the answer any more. */
  destroy(): void {
    this.#observer = null
    this.#onEnd = null
    this.#socket.destroy()
  }

  /** For the reader, as are `body` and `end`. */
  head(status: number, headers: HttpHeaders): void {
    this.idleUntil = idleUntil(headers, this.#readAt)
    this.#observer?.onHead(status, headers, this.#readAt)
  }

  body(bytes: Uint8Array, start: number, end: number): void {
    this.#observer?.onBytes(bytes, start, end, this.#readAt)
  }

  end(reusable: boolean): void {
    this.#ended = reusable ? 'reusable' : 'last'
  }

  #read(bytes: Uint8Array, length: number): void {
    this.#readAt = this.#now()
    this.heard = true
    try {
      let at = 0
      while (at < length) {
        if (this.#observer === null) throw new Error('bytes that no request asked for')
        at = this.#reader.push(bytes, at, length)
        if (this.#ended !== null) this.#endAnswer(at < length)
      }
    } catch (error) {
      this.#socket.destroy(error as Error)
    }
  }

  /** What follows an answer unasked is no reason to doubt the answer, but the connection is not used again. */
  #endAnswer(moreFollows: boolean): void {
    const onEnd = this.#onEnd
    const reusable = this.#ended === 'reusable' && !moreFollows
    this.#ended = null
    this.#observer = null
    this.#onEnd = null
    onEnd?.(reusable)
  }
}

/** A connection did not come about in time. */
class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT'
}
