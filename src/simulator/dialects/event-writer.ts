const encoder = new TextEncoder()

/** ASCII words of one length, so that an event changes in place from token to token. */
const WORDS = 'house river stone light green table music north paper cloud sugar train field glass ocean brick'.split(
  ' ',
)
const PIECES: readonly Uint8Array[] = WORDS.map((word) => encoder.encode(` ${word}`))

export const DONE: Uint8Array = encoder.encode('data: [DONE]\n\n')

/** One server-sent event. */
export const event = (json: string): Uint8Array => encoder.encode(`data: ${json}\n\n`)

/** The text of token `index`, made up: the words mean nothing. */
export const pieceText = (index: number): string => ` ${pieceWord(index)}`

/** The word in the text of token `index`. */
export const pieceWord = (index: number): string => WORDS[index % WORDS.length]!

/** Writes the event of token `index`. The bytes are valid until the next call. */
export type EventWriter = (index: number) => Uint8Array

/**
 * Events of which only the text changes. `json` is written once around the place of the text; a token costs six bytes.
 */
export function textEvents(before: string, after: string): EventWriter {
  const bytes = event(before + pieceText(0) + after)
  const at = encoder.encode(`data: ${before}`).length
  return (index) => {
    bytes.set(PIECES[index % PIECES.length]!, at)
    return bytes
  }
}

/** As `textEvents`, with the token's number (from 1) and `base` plus that number written into what follows the text. */
export function countingEvents(before: string, after: string, base: number, between: string, end: string): EventWriter {
  const head = encoder.encode(`data: ${before}${pieceText(0)}${after}`)
  const middle = encoder.encode(between)
  const tail = encoder.encode(`${end}\n\n`)
  const bytes = new Uint8Array(head.length + middle.length + tail.length + 20)
  bytes.set(head)
  const at = encoder.encode(`data: ${before}`).length
  return (index) => {
    bytes.set(PIECES[index % PIECES.length]!, at)
    let length = writeNumber(bytes, head.length, index + 1)
    bytes.set(middle, length)
    length = writeNumber(bytes, length + middle.length, base + index + 1)
    bytes.set(tail, length)
    return bytes.subarray(0, length + tail.length)
  }
}

/** Writes decimal digits at `at` and returns the place behind them. */
function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  let rest = value
  for (let i = at + digits - 1; i >= at; i--) {
    bytes[i] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return at + digits
}
