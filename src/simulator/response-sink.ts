import type { PlainResponse } from './dialects/dialect.ts'

/** Hears one answer. `end` or `cut` comes last; after the death of an engine perhaps neither does. */
export interface ResponseSink {
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** The bytes are only valid during the call. */
  bytes(bytes: Uint8Array): void
  end(): void
  /** The server closes the connection, in the middle of the answer or before it. */
  cut(): void
}

/** The head of every streamed answer. */
export const STREAM_HEAD = { 'content-type': 'text/event-stream; charset=utf-8', 'transfer-encoding': 'chunked' }

/** Gives a whole answer at once. */
export function sendWhole({ status, contentType, location, body }: PlainResponse, sink: ResponseSink): void {
  const bytes = Buffer.from(body)
  const headers = { 'content-type': contentType, 'content-length': String(bytes.length) }
  sink.head(status, location === undefined ? headers : { ...headers, location })
  if (bytes.length > 0) sink.bytes(bytes)
  sink.end()
}
