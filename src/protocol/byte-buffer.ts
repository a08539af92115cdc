/** Bytes kept between network reads: grows by doubling, is emptied without giving its memory back. */
export class ByteBuffer {
  #bytes: Uint8Array = new Uint8Array(0)
  length = 0

  /** Only valid until the next `append`. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  append(source: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length, 512))
      grown.set(this.#bytes.subarray(0, this.length))
      this.#bytes = grown
    }
    this.#bytes.set(source.subarray(start, end), this.length)
    this.length = needed
  }

  clear(): void {
    this.length = 0
  }
}
