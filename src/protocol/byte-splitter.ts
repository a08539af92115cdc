import { ByteBuffer } from './byte-buffer.ts'

/**
 * The most an unfinished event may hold, 8 MiB: far above any real event (a whole answer with log-probabilities is a few
 * hundred kB), far below what thousand open streams of garbage would need to exhaust the client.
 */
export const MAX_EVENT_BYTES = 8_388_608

export interface SplitterSink {
  /**
   * One item, without its delimiter; `finished` is false for a last one that had none. The bytes are only valid during
   * the call.
   */
  item(bytes: Uint8Array, start: number, end: number, finished: boolean): void
  /** An item grew beyond `MAX_EVENT_BYTES`. Nothing follows. */
  overflow(): void
}

/**
 * Cuts a stream of bytes at a delimiter byte, wherever the network cut it.
 *
 * An item that lies within one read is handed over in place; only the unfinished last one is copied.
 */
export class ByteSplitter {
  readonly #delimiter: number
  readonly #sink: SplitterSink
  readonly #carry = new ByteBuffer()
  #overflown = false

  constructor(delimiter: number, sink: SplitterSink) {
    this.#delimiter = delimiter
    this.#sink = sink
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start
    while (at < end) at = this.next(bytes, at, end)
  }

  /** Takes the bytes from `start` up to the first delimiter or to `end`, and returns where to go on. */
  next(bytes: Uint8Array, start: number, end: number): number {
    if (this.#overflown) return end
    const found = bytes.indexOf(this.#delimiter, start)
    const isWhole = found !== -1 && found < end
    const stop = isWhole ? found : end
    if (this.#carry.length + stop - start > MAX_EVENT_BYTES) {
      this.#overflow()
    } else if (isWhole && this.#carry.length === 0) {
      this.#sink.item(bytes, start, stop, true)
    } else {
      this.#carry.append(bytes, start, stop)
      if (isWhole) this.#handOver(true)
    }
    return isWhole ? stop + 1 : end
  }

  /** Nothing of an unfinished item is kept. */
  get isBetweenItems(): boolean {
    return this.#carry.length === 0
  }

  /** Hands over what came after the last delimiter, if anything did. */
  end(): void {
    if (!this.#overflown && this.#carry.length > 0) this.#handOver(false)
  }

  #handOver(finished: boolean): void {
    const length = this.#carry.length
    this.#carry.clear()
    this.#sink.item(this.#carry.bytes, 0, length, finished)
  }

  #overflow(): void {
    this.#overflown = true
    this.#carry.clear()
    this.#sink.overflow()
  }
}
