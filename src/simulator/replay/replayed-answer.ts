import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ms } from '../../base/units.ts'
import type { Recording } from './recording.ts'

const KIB = 1024

/** One request and what is sent back, step by step. Once the client is gone, every step does nothing. */
export class ReplayedAnswer {
  readonly recording: Recording
  /** Of all requests to generate, from 1. */
  readonly nth: number
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #gapMs: Ms
  readonly #uptime: () => Ms
  readonly #gone = new AbortController()

  constructor(
    { request, response }: { request: IncomingMessage; response: ServerResponse },
    { recording, nth, gapMs, uptime }: { recording: Recording; nth: number; gapMs: Ms; uptime: () => Ms },
  ) {
    this.recording = recording
    this.nth = nth
    this.#request = request
    this.#response = response
    this.#gapMs = gapMs
    this.#uptime = uptime
    response.on('close', () => this.#gone.abort())
    request.socket.on('error', () => {})
  }

  isGone(): boolean {
    return this.#gone.signal.aborted
  }

  /** Reads the request to its end: at once, or one KiB each so many ms. */
  async readRequest(msPerKib: Ms): Promise<void> {
    try {
      for await (const bytes of this.#request as AsyncIterable<Buffer>) {
        await this.#pause((msPerKib * bytes.length) / KIB)
      }
    } catch {
      // The client went away, which `isGone` tells.
    }
  }

  /** The whole recording, with the end that it had. */
  async replay(): Promise<void> {
    await this.begin(this.recording.writes.length)
    if (this.recording.transportEnd === 'clean') this.end()
    else if (this.recording.transportEnd === 'cut') this.cut()
  }

  /** The head and the first writes. */
  async begin(writes: number): Promise<void> {
    const { httpStatus, contentType, headers } = this.recording
    this.#response.writeHead(httpStatus, {
      ...(contentType === null ? {} : { 'content-type': contentType }),
      ...headers,
    })
    this.#response.flushHeaders()
    for (const bytes of this.recording.writes.slice(0, writes)) {
      await this.#pause(this.#gapMs)
      await this.write(bytes)
    }
  }

  /** A piece of the body; waits until there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isGone() && bytes.length > 0 && !this.#response.write(bytes)) await this.#drained(this.#response)
  }

  /** Past HTTP, onto the connection. */
  async writeRaw(bytes: Uint8Array): Promise<void> {
    const { socket } = this.#request
    if (!this.isGone() && !socket.write(bytes)) await this.#drained(socket)
  }

  end(): void {
    this.#response.end()
  }

  /** Closes the connection, after what was written and without the mark that ends a body. */
  cut(): void {
    this.#request.socket.destroySoon()
  }

  reset(): void {
    this.#request.socket.resetAndDestroy()
  }

  refuse(status: number, body: string): void {
    this.#response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  /** Until the server has been up for so long. */
  async untilUp(ms: Ms): Promise<void> {
    await this.#pause(Math.max(0, ms - this.#uptime()))
  }

  async #pause(ms: Ms): Promise<void> {
    if (ms > 0 && !this.isGone()) await sleep(ms, undefined, { signal: this.#gone.signal }).catch(() => {})
  }

  async #drained(stream: NodeJS.EventEmitter): Promise<void> {
    await once(stream, 'drain', { signal: this.#gone.signal }).catch(() => {})
  }
}
