import { StringDecoder } from 'node:string_decoder'

/** A longer line is cut here: logs of whole prompts must not fill the memory. */
export const MAX_LINE_CHARACTERS = 8192

/** Makes lines of the bytes that a process writes. */
export interface LineSplitter {
  push(bytes: Buffer): void
  /** What came after the last line end is a line, too. */
  end(): void
}

/**
 * Calls back for each line that is not blank. A carriage return ends a line as well: progress bars redraw theirs with it.
 * What goes beyond `MAX_LINE_CHARACTERS` is left out and marked with an ellipsis.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isCut = false

  const keep = (text: string): void => {
    const room = MAX_LINE_CHARACTERS - rest.length
    if (text.length > room) isCut = true
    rest += text.slice(0, room)
  }

  const flush = (): void => {
    const line = isCut ? `${rest}…` : rest
    rest = ''
    isCut = false
    if (line.trim() !== '') onLine(line.trimEnd())
  }

  const feed = (text: string): void => {
    const [first = '', ...others] = text.split(/[\r\n]/)
    keep(first)
    for (const other of others) {
      flush()
      keep(other)
    }
  }

  return {
    push: (bytes) => feed(decoder.write(bytes)),
    end() {
      feed(decoder.end())
      flush()
    },
  }
}
