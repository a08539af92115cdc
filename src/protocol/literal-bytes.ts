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
 *
 * Made `like` others, they hold only the words in which they differ, from the first to the last: the streams of a load differ in
 * an id and a time, and what they share stays in the cache however many there are.
 */
export class LiteralBytes {
  readonly length: number
  readonly #words: Float64Array
  /** Looked for in place of `#words` from `#from` to `#to`. */
  readonly #own: readonly number[]
  readonly #from: number
  readonly #to: number
  readonly #rest: Uint8Array

  constructor(bytes: Uint8Array, like: LiteralBytes | null = null) {
    const words = wordsOf(bytes)
    const rest = bytes.slice(words.length * WORD)
    const isLike = like?.length === bytes.length && rest.every((byte, i) => byte === like.#rest[i])
    const shared = isLike ? like.#words : words
    const isOther = (word: number, i: number): boolean => word !== shared[i]
    this.length = bytes.length
    this.#words = shared
    this.#rest = isLike ? like.#rest : rest
    this.#from = isLike ? Math.max(0, words.findIndex(isOther)) : 0
    this.#to = isLike ? words.findLastIndex(isOther) + 1 : 0
    this.#own = doubles(words.subarray(this.#from, this.#to))
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
    const from = this.#from
    const to = this.#to
    for (let i = 0; i < from; i++) if (lookedAt.getFloat64(start + i * WORD, true) !== words[i]) return false
    if (to > 0) {
      const own = this.#own
      for (let i = from; i < to; i++) if (lookedAt.getFloat64(start + i * WORD, true) !== own[i - from]) return false
    }
    for (let i = to; i < words.length; i++) if (lookedAt.getFloat64(start + i * WORD, true) !== words[i]) return false
    const rest = this.#rest
    const restAt = start + words.length * WORD
    for (let i = 0; i < rest.length; i++) if (bytes[restAt + i] !== rest[i]) return false
    return true
  }
}

function wordsOf(bytes: Uint8Array): Float64Array {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float64Array.from(
    { length: Math.floor(bytes.length / WORD) },
    (_, i) => source.getFloat64(i * WORD, true) || NaN,
  )
}

/** An array that V8 keeps as plain doubles, in one piece: what is spread into an array may become an object for each. */
function doubles(words: Float64Array): number[] {
  const list: number[] = []
  for (const word of words) list.push(word)
  return list
}
