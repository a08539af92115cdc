/**
 * What the decoder of one answer has understood so far.
 *
 * Null where the server did not say. Counts go up only.
 */
export interface DecodedStream {
  /** Visible text, concatenated. */
  readonly text: string
  readonly reasoningText: string
  /** Events of any kind that held JSON. */
  readonly events: number
  /** Events that added generated output of any kind: text, reasoning or tool arguments. */
  readonly outputEvents: number
  /** Events that added visible text. */
  readonly contentEvents: number
  /** Of `outputEvents`, those that added something other than reasoning. */
  readonly answerEvents: number
  readonly promptTokens: number | null
  /** Of the prompt, those that came from a prefix cache. */
  readonly cachedPromptTokens: number | null
  readonly completionTokens: number | null
  readonly finishReason: string | null
  /** Error reported by the server inside the body. */
  readonly error: string | null
  /** The server sent its end-of-stream marker (`[DONE]`). Neither needed nor sufficient. */
  readonly endedWithDone: boolean
}

/**
 * Reads one answer, byte by byte, however the network cut it. Never throws; what it cannot read becomes `error`.
 * Memory is bounded: one unfinished event of at most `MAX_EVENT_BYTES`, and the text when `keepText` is asked for.
 */
export interface StreamDecoder {
  readonly state: DecodedStream
  /** Takes the bytes from `start` to `end`, by default all. They are not kept. */
  push(bytes: Uint8Array, start?: number, end?: number): void
  /** No more bytes will come. A last event without its blank line is read now. */
  end(): void
  /** True when the answer is complete in the sense of the protocol: a finish reason where the protocol has one. */
  isComplete(): boolean
}

export interface DecoderOptions {
  /** Keep the concatenated text (needed for re-tokenisation and transcripts; a load run goes without). Default true. */
  readonly keepText?: boolean
  /** What was asked, for the one protocol that repeats it in the answer (`vllm-generate-nul`). */
  readonly prompt?: string
}
