const WORD = 8

/** A view of the memory that was looked at last: a client reads all its sockets into one buffer. */
let viewed: Uint8Array = new Uint8Array(0)
let view: DataView = new DataView(viewed.buffer)

/**
 * Bytes that are looked for at one place, eight at a time: over 200 bytes that takes a third to a half of the time of a loop
 * over bytes or words of four, or of `Buffer.compare`.
 *
 * Words are compared as floating-point numbers. That can only miss, never find what is not there: NaN differs from itself, and
 * the one number of two forms, zero, is not looked for.
 */
export class LiteralBytes {
  readonly length: number
  readonly #words: Float64Array
  readonly #rest: Uint8Array

  constructor(bytes: Uint8Array) {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const wordAt = (i: number): number => source.getFloat64(i * WORD, true) || NaN
    this.length = bytes.length
    this.#words = Float64Array.from({ length: Math.floor(bytes.length / WORD) }, (_, i) => wordAt(i))
    this.#rest = bytes.slice(this.#words.length * WORD)
  }

  /** They stand at `start`, all of them before `end`. */
  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    if (start + this.length > end) return false
    if (bytes !== viewed) {
      viewed = bytes
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    const lookedAt = view
    const words = this.#words
    let at = start
    for (let i = 0; i < words.length; i++, at += WORD) if (lookedAt.getFloat64(at, true) !== words[i]) return false
    const rest = this.#rest
    for (let i = 0; i < rest.length; i++) if (bytes[at + i] !== rest[i]) return false
    return true
  }
}
