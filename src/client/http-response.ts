/** Hears one answer after the other. Bodies come in pieces, each only valid during the call. */
export interface HttpResponseSink {
  head(status: number, headers: HttpHeaders): void
  body(bytes: Uint8Array, start: number, end: number): void
  /** The answer is whole. `reusable`: the connection may carry another request. */
  end(reusable: boolean): void
}

/** Names in lower case; what came more than once is a list. */
export type HttpHeaders = Record<string, string | string[]>

/** Far above any real head, far below what a thousand mad servers would need to exhaust the client. */
const MAX_HEAD_BYTES = 65_536
/** Hexadecimal digits of an HTTP chunk's length: up to 2^52. */
const MAX_SIZE_DIGITS = 13

/** Lengths below 64 KiB, as those of events are. */
const MAX_PLAIN_DIGITS = 4

const LF = 10
const CR = 13
const SEMICOLON = 59

type State = 'head' | 'length' | 'until-close' | 'size' | 'size-extension' | 'chunk' | 'chunk-end' | 'trailers'

/**
 * Reads HTTP/1.1 answers (RFC 9112) to GET and POST from bytes, however the network cut them: bodies by length, in chunks
 * (extensions and trailers are read over) or until the connection closes; interim answers (1xx) are skipped.
 *
 * It exists because most of what an event costs under load is its own read of the socket, and half of that was the general
 * parser (docs/performance.md). Nothing is allocated in a body.
 */
export class HttpResponseReader {
  readonly #sink: HttpResponseSink
  #state: State = 'head'
  /** Of the body, or of the HTTP chunk, what is still to come. */
  #left = 0
  #sizeDigits = 0
  #reusable = false
  #line = ''
  #statusLine: StatusLine | null = null
  #fields: string[] = []
  #headBytes = 0

  constructor(sink: HttpResponseSink) {
    this.#sink = sink
  }

  /**
   * Reads on up to the end of an answer, and returns where that is (`end` when it is further on). Throws an Error that says
   * what is wrong with an answer that is no HTTP.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end) {
      switch (this.#state) {
        case 'length':
        case 'chunk': {
          const stop = Math.min(end, at + this.#left)
          this.#left -= stop - at
          const isLast = this.#left === 0 && this.#state === 'length'
          if (this.#left === 0 && !isLast) this.#state = 'chunk-end'
          this.#sink.body(bytes, at, stop)
          at = stop
          if (isLast) return this.#end(at)
          if (this.#state === 'chunk-end') at = this.#nextChunk(bytes, at, end)
          break
        }
        case 'until-close':
          this.#sink.body(bytes, at, end)
          return end
        case 'size':
          at = this.#size(bytes, at, end)
          break
        case 'size-extension':
          if (bytes[at++] === LF) this.#startChunk()
          break
        case 'chunk-end': {
          const byte = bytes[at++]
          if (byte === LF) this.#startSize()
          else if (byte !== CR) throw new Error('an HTTP chunk that is longer than it says')
          break
        }
        case 'head':
        case 'trailers': {
          const lineEnd = bytes.indexOf(LF, at)
          const isWhole = lineEnd !== -1 && lineEnd < end
          const stop = isWhole ? lineEnd : end
          this.#headBytes += stop - at
          if (this.#headBytes > MAX_HEAD_BYTES) throw new Error(`an HTTP head of more than ${MAX_HEAD_BYTES} bytes`)
          this.#line += Buffer.from(bytes.buffer, bytes.byteOffset + at, stop - at).toString('latin1')
          at = isWhole ? lineEnd + 1 : end
          if (isWhole && this.#endLine()) return this.#end(at)
          break
        }
      }
    }
    return at
  }

  /** The connection has closed. True when that is how the answer ends; false in the middle of one. */
  close(): boolean {
    if (this.#state !== 'until-close') return false
    this.#end(0)
    return true
  }

  #end(at: number): number {
    const reusable = this.#reusable
    this.#startHead()
    this.#sink.end(reusable)
    return at
  }

  #startHead(): void {
    this.#state = 'head'
    this.#statusLine = null
    this.#fields = []
    this.#headBytes = 0
  }

  #startSize(): void {
    this.#state = 'size'
    this.#left = 0
    this.#sizeDigits = 0
  }

  #startChunk(): void {
    if (this.#sizeDigits === 0) throw new Error('an HTTP chunk without a length')
    this.#state = this.#left === 0 ? 'trailers' : 'chunk'
  }

  /**
   * Goes on in the next HTTP chunk, where all that is between two is here and plain, CR LF, digits, CR LF: of each event, most of
   * what there is to read. Else nothing is taken, and it is read byte by byte.
   */
  #nextChunk(bytes: Uint8Array, start: number, end: number): number {
    const digitsAt = start + 2
    if (digitsAt + MAX_PLAIN_DIGITS + 2 > end || bytes[start] !== CR || bytes[start + 1] !== LF) return start
    let size = 0
    let at = digitsAt
    for (; at < digitsAt + MAX_PLAIN_DIGITS; at++) {
      const digit = hexDigit(bytes[at] as number)
      if (digit === -1) break
      size = size * 16 + digit
    }
    if (size === 0 || bytes[at] !== CR || bytes[at + 1] !== LF) return start
    this.#left = size
    this.#state = 'chunk'
    return at + 2
  }

  /** The length of an HTTP chunk, which two reads may share. */
  #size(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      const digit = hexDigit(byte)
      if (digit !== -1) {
        if (++this.#sizeDigits > MAX_SIZE_DIGITS) throw new Error('an HTTP chunk of impossible length')
        this.#left = this.#left * 16 + digit
      } else if (byte === LF) {
        this.#startChunk()
        return at + 1
      } else if (byte === SEMICOLON || byte === CR || byte === 32 || byte === 9) {
        this.#state = 'size-extension'
        return at + 1
      } else {
        throw new Error('an HTTP chunk whose length is no number')
      }
    }
    return end
  }

  /** True at the end of the whole answer. */
  #endLine(): boolean {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line
    this.#line = ''
    if (this.#state === 'trailers') return line === ''
    if (this.#statusLine === null) {
      // Blank lines before the status line are read over.
      if (line !== '') this.#statusLine = readStatusLine(line)
      return false
    }
    if (line === '') return this.#endHead(this.#statusLine)
    this.#fields.push(line)
    return false
  }

  #endHead({ minorVersion, status }: StatusLine): boolean {
    if (status === 101) throw new Error('a switch to a protocol that nobody asked for (HTTP 101)')
    const headers = readFields(this.#fields)
    this.#startHead()
    if (status < 200) return false

    const connection = words(headers['connection'])
    this.#reusable = minorVersion === 1 ? !connection.includes('close') : connection.includes('keep-alive')
    this.#startBody(status, headers)
    this.#sink.head(status, headers)
    return this.#state === 'head'
  }

  #startBody(status: number, headers: HttpHeaders): void {
    const coding = words(headers['transfer-encoding'])
    if (status === 204 || status === 304) return
    if (coding.at(-1) === 'chunked') {
      // A length beside chunks is how answers are smuggled: read on, but trust nothing after it.
      if (headers['content-length'] !== undefined) this.#reusable = false
      return this.#startSize()
    }
    const lengths = new Set(words(headers['content-length']))
    if (coding.length > 0 || lengths.size === 0) {
      this.#reusable = false
      this.#state = 'until-close'
      return
    }
    const [length = ''] = lengths
    if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) throw new Error('a content-length that is no length')
    this.#left = Number(length)
    if (this.#left > 0) this.#state = 'length'
  }
}

interface StatusLine {
  readonly minorVersion: number
  readonly status: number
}

function readStatusLine(line: string): StatusLine {
  const [, minor, status] = /^HTTP\/1\.(\d) (\d{3})(?: |$)/.exec(line) ?? []
  if (status === undefined) throw new Error(`"${line.slice(0, 100)}" where an HTTP/1.1 status was expected`)
  return { minorVersion: Number(minor), status: Number(status) }
}

function readFields(lines: readonly string[]): HttpHeaders {
  const headers: HttpHeaders = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`"${line.slice(0, 100)}" where an HTTP header was expected`)
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = headers[name]
    headers[name] = before === undefined ? value : [before, value].flat()
  }
  return headers
}

/** The members of a list header, in lower case; empty when it is absent. */
function words(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  return [value]
    .flat()
    .flatMap((list) => list.split(','))
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '')
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
