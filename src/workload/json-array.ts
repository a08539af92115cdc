import { BenchError } from '../base/errors.ts'

/**
 * The elements of a JSON array, parsed one at a time, so that the whole may be longer than a string may be.
 *
 * Throws BenchError `bad-dataset` with the row (from 0) and the byte where the text stops being a JSON array.
 */
export function* jsonArrayElements(bytes: Buffer, file: string): Generator {
  let position = skipSpace(bytes, bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0)
  if (bytes[position] !== OPEN_BRACKET) throw malformed(file, 'it does not begin with [')
  position = skipSpace(bytes, position + 1)
  let closed = bytes[position] === CLOSE_BRACKET
  for (let row = 0; !closed; row++) {
    const end = elementEnd(bytes, position)
    if (end === bytes.length) throw malformed(file, `row ${row}, from byte ${position}, has no end`)
    yield parse(bytes.toString('utf8', position, end), `row ${row}, from byte ${position}`, file)
    closed = bytes[end] === CLOSE_BRACKET
    position = closed ? end : skipSpace(bytes, end + 1)
  }
  if (skipSpace(bytes, position + 1) < bytes.length) throw malformed(file, `it goes on after ] at byte ${position}`)
}

/** Where the comma or bracket after the element is; the end of the bytes when there is none. */
function elementEnd(bytes: Buffer, start: number): number {
  let depth = 0
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) i = stringEnd(bytes, i)
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) depth++
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) return i
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--
  }
  return bytes.length
}

/** Where the closing quote is: the next one that no odd number of backslashes precedes. */
function stringEnd(bytes: Buffer, open: number): number {
  for (let quote = bytes.indexOf(QUOTE, open + 1); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0
    while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote
  }
  return bytes.length
}

function skipSpace(bytes: Buffer, start: number): number {
  let i = start
  while (SPACES.has(bytes[i]!)) i++
  return i
}

function parse(text: string, where: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed(file, `${where}: ${(cause as SyntaxError).message}`, cause)
  }
}

function malformed(file: string, what: string, cause?: unknown): BenchError {
  return new BenchError(`${file} is not a JSON array: ${what}.`, {
    code: 'bad-dataset',
    remedy: 'Give a ShareGPT file, [{"conversations": [{"from": "human", "value": "..."}, ...]}, ...], or use jsonl().',
    cause,
  })
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const COMMA = 0x2c
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** The white space of JSON; `undefined`, past the end, is none. */
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])
